#!/usr/bin/env bash
# From an engine that may not run yet to the article's blog on http://127.0.0.1:8888. Can be run again at any time.
# An engine of one's own is tried with TRIPOD (the program), TRIPOD_RUN and TRIPOD_OPTIONS (of tripod up), and PORT.
set -euo pipefail
cd "$(dirname "$0")/.."

start=$SECONDS
port=${PORT:-8888}
address=http://127.0.0.1:$port
tripod=${TRIPOD:-$PWD/artifacts/bin/Tripod/release/tripod}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '%4ds  %s\n' $((SECONDS - start)) "$*"; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo --preserve-env=PATH,HOME,TRIPOD,TRIPOD_RUN,TRIPOD_OPTIONS "$@"; fi; }

# With the real kubectl where there is one, and else with tripod's own verbs: the commands are the same.
if kubectl=$(command -v kubectl); then
  kube() { as_root env KUBECONFIG="$KUBECONFIG" "$kubectl" "$@"; }
  typed=kubectl
else
  kube() { as_root "$tripod" "$@"; }
  typed=tripod
fi

# Shows the command as a user types it, and runs it.
step() {
  printf '\n$ %s\n' "$typed $*"
  kube "$@"
}

as_root build/up.sh
eval "$(as_root "$tripod" env --shell sh)"

for image in nginx ghost; do
  if as_root "$tripod" images --quiet "$image" | grep -q .; then
    say "image $image is here"
  elif as_root "$tripod" pull "$image"; then
    say "image $image is pulled"
  else
    say "image $image cannot be pulled: it is built from Debian's and npm's packages (examples/ghost/images)"
    archive=$(examples/ghost/images/build.sh "$image")
    as_root "$tripod" load --input "$archive"
  fi
done

cp examples/ghost/nginx.conf examples/ghost/ghost.yaml "$work"
[ "$port" = 8888 ] || sed -i "s/8888/$port/" "$work/ghost.yaml"
cd "$work"
if [ "$(kube get configmap nginx-config -o 'jsonpath={.data.nginx\.conf}' 2>/dev/null)" != "$(cat nginx.conf)" ]; then
  kube delete configmap nginx-config --ignore-not-found >/dev/null
  step create configmap nginx-config --from-file=nginx.conf
fi
step apply -f ghost.yaml

echo
shown=
for _ in $(seq 1200); do
  pod=$(kube get po ghost --no-headers 2>/dev/null | awk '{print $2, $3}')
  code=$(curl --silent --max-time 10 --output page --write-out '%{http_code}' "$address/" || true)
  now="ghost ${pod:-not there}, $address answers ${code/000/nothing}"
  [ "$now" = "$shown" ] || say "$now"
  shown=$now
  if [ "$pod" = "2/2 Running" ] && [ "$code" = 200 ] && grep -qi 'ghost' page; then
    ready=1
    break
  fi
  sleep 0.25
done

if [ -z "${ready:-}" ]; then
  kube describe po ghost | sed -n '/^Events:/,$p' >&2
  echo "the blog did not come up; above is what the pod's events say. More: $typed logs ghost -c ghost" >&2
  exit 1
fi

step get po -o wide
cat <<END

The blog is at $address: $(sed -n 's:.*<title>\(.*\)</title>.*:\1:p' page | head -n 1), served by Ghost through nginx, out of one pod.

In a shell of your own:
  eval \$(tripod env)                               then kubectl and docker talk to tripod
  kubectl describe po ghost                        the pod's whole story
  kubectl exec ghost -c nginx -- nginx -s stop     an app ends: RESTARTS 1, same IP, and Ghost never notices
  kubectl logs ghost -c nginx -f                   requests as they come
  make down                                        everything stops; make up brings it back
END
say "done"
