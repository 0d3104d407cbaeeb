#!/usr/bin/env bash
# A pod by hand: crun three times, ip and nft for its network. Usage: crun-pod.sh open FOLDER ROOTFS | start FOLDER POD PORT | delete FOLDER POD | close FOLDER
set -euo pipefail
verb=$1 folder=$2
table=tripodbench bridge=tbenchcrun0

# bundle POD NAME NAMESPACES ARGUMENTS: a configuration as crun itself proposes it, with these namespaces and arguments.
bundle() {
  mkdir -p "$folder/$1-$2"
  jq --arg root "$folder/rootfs" --argjson namespaces "$3" --argjson arguments "$4" \
    '.root = {path: $root, readonly: true} | .process.terminal = false | .process.args = $arguments | .linux.namespaces = $namespaces | .linux.cgroupsPath = "/tbenchcrun/" + $arguments[0] + (now | tostring)' \
    "$folder/config.json" >"$folder/$1-$2/config.json"
}

run() { crun --root "$folder/state" --cgroup-manager cgroupfs run --detach --bundle "$folder/$1-$2" "$1-$2" </dev/null >/dev/null 2>&1; }

case $verb in
  open)
    cp -R "$3" "$folder/rootfs"
    (cd "$folder" && crun spec)
    ip link add "$bridge" type bridge && ip addr add 10.196.0.1/16 dev "$bridge" && ip link set "$bridge" up
    echo 1 >"/proc/sys/net/ipv4/conf/$bridge/route_localnet"
    nft -f - <<END
table ip $table {
  map ports { type inet_service : ipv4_addr; }
  chain output { type nat hook output priority -100; fib daddr type local dnat to tcp dport map @ports:80; }
  chain postrouting { type nat hook postrouting priority 100; ip saddr 127.0.0.0/8 oifname $bridge masquerade; }
}
END
    ;;
  start)
    pod=$3 port=$4
    address=10.196.$((port / 250 % 250)).$((port % 250 + 2))
    ip netns add "tb$pod"
    ip -n "tb$pod" link set lo up
    ip link add "tb$pod" type veth peer name eth0 netns "tb$pod"
    ip link set "tb$pod" master "$bridge" up
    ip -n "tb$pod" -batch - <<END
addr add $address/16 dev eth0
link set eth0 up
route add default via 10.196.0.1
END
    nft add element ip "$table" ports "{ $port : $address }"
    echo "$port" >"$folder/$pod.port"
    own='{"type":"mount"},{"type":"pid"}'
    bundle "$pod" pause "[{\"type\":\"network\",\"path\":\"/run/netns/tb$pod\"},{\"type\":\"ipc\"},{\"type\":\"uts\"},$own]" '["sleep","100000"]'
    run "$pod" pause
    pid=$(crun --root "$folder/state" state "$pod-pause" | jq .pid)
    joined="{\"type\":\"network\",\"path\":\"/proc/$pid/ns/net\"},{\"type\":\"ipc\",\"path\":\"/proc/$pid/ns/ipc\"},{\"type\":\"uts\",\"path\":\"/proc/$pid/ns/uts\"}"
    bundle "$pod" web "[$joined,$own]" '["httpd","-f","-p","80","-h","/"]'
    bundle "$pod" neighbour "[$joined,$own]" '["sleep","100000"]'
    run "$pod" web
    run "$pod" neighbour
    ;;
  delete)
    pod=$3
    for name in web neighbour pause; do
      crun --root "$folder/state" --cgroup-manager cgroupfs delete --force "$pod-$name" 2>/dev/null
    done
    nft delete element ip "$table" ports "{ $(cat "$folder/$pod.port") }"
    ip netns delete "tb$pod"
    ip link delete "tb$pod" 2>/dev/null || true
    ;;
  close)
    # Also what a failed run left.
    find /sys/fs/cgroup -path '*/tbenchcrun/*' -name cgroup.procs -exec cat {} + | sort -u | while read -r pid; do
      kill -9 "$pid" || true
    done
    for netns in $(ip netns list | sed -n 's/^\(tb[a-z]*[0-9]*\).*/\1/p'); do
      ip netns delete "$netns"
    done
    nft delete table ip "$table"
    ip link delete "$bridge"
    find /sys/fs/cgroup -maxdepth 2 -name tbenchcrun -type d -exec find {} -depth -type d -exec rmdir {} \; 2>/dev/null || true
    ;;
esac
