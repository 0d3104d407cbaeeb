#!/usr/bin/env bash
# Calls of the CRI without a client of its own: protobuf by hand, gRPC by curl. Read by guest.sh.
# The definition is src/Tripod.FrontDoors/Cri/Protocol/cri.proto; field numbers stand first.

hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }

# A field with what stands in it as hexadecimal digits; numbers up to 15, contents up to 16 KiB.
message() { # NUMBER HEX
  local length=$((${#2} / 2)) tag=$((($1 << 3) | 2))
  if [ $length -lt 128 ]; then
    printf '%02x%02x%s' $tag $length "$2"
  else
    printf '%02x%02x%02x%s' $tag $(((length & 127) | 128)) $((length >> 7)) "$2"
  fi
}

text() { message "$1" "$(hex "$2")"; } # NUMBER TEXT

# The answer's message goes to stdout without gRPC's five bytes; an error is told with its words.
cri() { # METHOD HEX
  local out=/run/cri-answer
  printf "$(printf '00%08x%s' $((${#2} / 2)) "$2" | sed 's/../\\x&/g')" |
    curl --silent --show-error --max-time 120 --http2-prior-knowledge --unix-socket /run/tripod/cri.sock --data-binary @- --dump-header $out.head --output $out \
      --header 'content-type: application/grpc' --header 'te: trailers' "http://cri/runtime.v1.RuntimeService/$1" || return 1
  grep -qi '^grpc-status: 0' $out.head || { grep -i '^grpc-message' $out.head; return 1; }
  tail -c +6 $out
}

# An answer whose one field is an id.
cri_id() { cri "$@" >/run/cri-id || { cat /run/cri-id; return 1; }; tail -c +3 /run/cri-id; }

# A sandbox as a kubelet with the systemd driver asks for it.
cri_sandbox_config() { # NAME
  printf %s "$(message 1 "$(text 1 "$1")$(text 2 "uid-$1")$(text 3 checks)")$(text 2 "$1")$(text 3 "/run/cri-logs/$1")$(message 8 "$(text 1 "kubepods-besteffort-pod$1.slice")")"
}

# One with a container that runs, under the runtime handler RUNTIME; their ids are in $sandbox and $container_id.
cri_pod() { # NAME RUNTIME COMMAND...
  local name=$1 runtime=$2 config container
  shift 2
  config=$(cri_sandbox_config "$name")
  sandbox=$(cri_id RunPodSandbox "$(message 1 "$config")$(text 2 "$runtime")") || { echo "$sandbox"; return 1; }
  container=$(message 1 "$(text 1 main)")$(message 2 "$(text 1 docker.io/library/busybox:latest)")$(for word in "$@"; do text 3 "$word"; done)
  container_id=$(cri_id CreateContainer "$(text 1 "$sandbox")$(message 2 "$container")$(message 3 "$config")") || { echo "$container_id"; return 1; }
  cri StartContainer "$(text 1 "$container_id")" >/dev/null
}
