#!/usr/bin/env bash
# The checks of a machine with pure cgroup v2 and systemd, run in the guest as its last unit; said on its second serial port.
# It reboots the guest once, and goes on where it stood. Each check is one line, ok or not ok.
cd "$(dirname "$0")" || exit 1
export HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
state=/var/lib/checks
mkdir -p $state
sandbox='' container_id='' # cri_pod's.
. ./cri.sh

check() { # NAME COMMAND...
  local name=$1
  shift
  if said=$("$@" 2>&1); then
    echo "ok      $name"
  else
    echo "not ok  $name: ${said:0:400}"
  fi
}

# The clock is set back in one of the checks.
uptime_seconds() { cut -d . -f 1 /proc/uptime; }

# Events could be waited for, but a guest that a program plays is slow, and each verb costs it a second: what is asked is cheap.
until_true() { # SECONDS COMMAND...
  local limit=$(($(uptime_seconds) + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$(uptime_seconds)" -lt $limit ] || { echo "waited in vain: $*"; return 1; }
    sleep 0.3
  done
}

has() { grep -qF -- "$2" <<<"$1" || { echo "no \"$2\" in: $1"; return 1; }; }
scopes() { systemctl list-units --no-legend --plain 'tripod-*.scope' | awk '{print $1}'; }
count_scopes() { [ "$(scopes | wc -l)" -eq "$1" ]; }
retry() { "$@" || { sleep 1; "$@"; } || { sleep 3; "$@"; }; }
pod() { retry tripod get pod "$1" -o "jsonpath={$2}"; }
pid_of() { pgrep -f "$1" | head -n 1; }
cgroup_of() { echo "/sys/fs/cgroup$(cut -d : -f 3 "/proc/$1/cgroup")"; }
file_says() { [ "$(cat "$1")" = "$2" ] || { echo "$1 says $(cat "$1"), not $2"; return 1; }; }

write_pods() {
  cat >$state/pods.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: one}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - {name: a, image: busybox, imagePullPolicy: Never, command: [sleep, "111111"], resources: {limits: {memory: 32Mi, cpu: 500m}}}
  - {name: b, image: busybox, imagePullPolicy: Never, command: [sh, -c, "mknod /tmp/kmsg c 1 11; cat /tmp/kmsg; echo device $?; sleep 222222 & sleep 333333"]}
---
apiVersion: v1
kind: Pod
metadata: {name: kept}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - {name: a, image: busybox, imagePullPolicy: Never, command: [sleep, "555555"], resources: {limits: {memory: 24Mi, cpu: 300m}}}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - {name: a, image: busybox, imagePullPolicy: Never, command: [httpd, -f, -p, "80", -h, /etc], ports: [{containerPort: 80, hostPort: 8088}]}
---
apiVersion: v1
kind: Pod
metadata: {name: sctp}
spec:
  terminationGracePeriodSeconds: 1
  volumes:
  - {name: host, hostPath: {path: /}}
  containers:
  - name: a
    image: busybox
    imagePullPolicy: Never
    command: [chroot, /host, python3, -c, "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132); s.bind(('', 7777)); s.listen(); [(c := s.accept()[0]).sendall(b'by sctp') or c.close() for _ in iter(int, 1)]"]
    ports: [{containerPort: 7777, hostPort: 8777, protocol: SCTP}]
    volumeMounts: [{name: host, mountPath: /host}]
---
apiVersion: v1
kind: Pod
metadata: {name: greedy}
spec:
  terminationGracePeriodSeconds: 1
  restartPolicy: Never
  containers:
  - {name: a, image: busybox, imagePullPolicy: Never, command: [sh, -c, "a=x; while true; do a=$a$a; done"], resources: {limits: {memory: 16Mi}}}
END
}

install_package() { dpkg --install tripod_*.deb && systemctl is-active tripod.service tripod-kubernetes.socket tripod-docker.socket tripod-cri.socket; }
in_own_slice() {
  local path
  path=$(cgroup_of "$(pid_of 'sleep 111111')")
  has "$path" "/sys/fs/cgroup/tripod.slice/tripod-kubepods.slice/tripod-kubepods-burstable.slice/tripod-kubepods-burstable-pod" && has "$path" ".scope"
}
delegated() { local unit; unit=$(scopes | head -n 1); has "$(systemctl show "$unit" -p Delegate)" Delegate=yes; }
limits_hold() { local path; path=$(cgroup_of "$(pid_of 'sleep 111111')"); file_says "$path/memory.max" 33554432 && file_says "$path/cpu.max" "50000 100000" && file_says "$path/memory.swap.max" 0; }
limits_stand() {
  local path
  path=$(cgroup_of "$(pid_of 'sleep 555555')")
  file_says "$path/memory.max" 25165824 && file_says "$path/cpu.max" "30000 100000" && file_says "$path/memory.swap.max" 0 &&
    file_says "${path%/*}/memory.max" 25165824 && file_says "${path%/*}/cpu.max" "30000 100000" && [ "$(cat "${path%/*/*}/memory.max")" != max ]
}
limits_outlast_reload() {
  limits_stand && systemctl daemon-reload && limits_stand &&
    retry tripod exec kept -- sh -c 'echo open >/dev/null && mknod /tmp/kmsg c 1 11 && ! cat /tmp/kmsg 2>/dev/null'
}
sctp_leads_to_its_pod() {
  until_true 30 python3 -c "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132); s.settimeout(3); s.connect(('192.0.2.1', 8777)); assert s.recv(20) == b'by sctp'"
}
device_is_denied() { local said; said=$(retry tripod logs one -c b); has "$said" "Operation not permitted" && has "$said" "device 1"; }
exec_joins() { has "$(retry tripod exec one -c a -- sh -c 'cat /proc/self/cgroup; echo joined')" joined; }
docker_answers() { has "$(curl --silent --unix-socket /run/tripod/docker.sock http://docker/info)" '"CgroupDriver":"systemd"'; }
greedy_is_oom() { until_true 30 bash -c "tripod get pod greedy | grep -q OOMKilled"; }
whole_cgroup_dies() {
  local other=$1
  kill -9 "$(pid_of 'sleep 333333')" && until_true 20 bash -c "! kill -0 $other" && until_true 60 pgrep -f 'sleep 333333'
}
restart_disturbs_nothing() {
  local before after
  before=$(pgrep -f '111111|333333|^/pause' | sort | tr '\n' ' ')
  systemctl restart tripod.service || return 1
  after=$(pgrep -f '111111|333333|^/pause' | sort | tr '\n' ' ')
  [ "$before" = "$after" ] || { echo "processes were $before and are $after"; return 1; }
  [ "$(pod one '.status.containerStatuses[0].restartCount}{.status.containerStatuses[1].restartCount')" = 01 ]
}
killed_engine_comes_back() {
  local pid
  pid=$(systemctl show tripod.service -p MainPID --value)
  kill -9 "$pid" && until_true 60 bash -c "systemctl is-active tripod.service && [ \$(systemctl show tripod.service -p MainPID --value) != $pid ]" && pgrep -f 'sleep 111111' >/dev/null
}
sockets_start_the_engine() { systemctl stop tripod.service && ! systemctl is-active --quiet tripod.service && docker_answers && systemctl is-active tripod.service; }
journal_has_priorities() { has "$(journalctl -u tripod.service -p info --output short --no-pager)" "ready: Kubernetes API" && ! journalctl -u tripod.service --output cat --no-pager | grep -q '^<6>'; }
watchdog_is_on() { has "$(systemctl show tripod.service -p WatchdogUSec --value)" 1min; }
clock_back() {
  date --set='-1 hour' >/dev/null && kill -9 "$(pid_of 'sleep 111111')" && until_true 60 pgrep -f 'sleep 111111'
}
reinstall_disturbs_nothing() {
  local before
  before=$(pid_of 'sleep 111111')
  dpkg --install tripod_*.deb && systemctl is-active tripod.service && [ "$(pid_of 'sleep 111111')" = "$before" ]
}
# A machine outside: what it is asked for, and what it asks for, goes through this one.
outside() { ip netns exec outside "$@"; }
machine_outside() {
  ip netns add outside && ip link set host1 netns outside && outside ip link set lo up && outside ip link set host1 up && outside ip address add 192.0.2.9/24 dev host1 &&
    mkdir -p /run/outside && echo outside >/run/outside/name && outside busybox httpd -p 80 -h /run/outside
}
pods_go_out_and_in() {
  # With the guest's own curl, as the image has no client that needs no libraries of the system's.
  until_true 20 bash -c "tripod exec sctp -- chroot /host curl --silent --max-time 2 http://192.0.2.9/name | grep -q outside" &&
    until_true 20 ip netns exec outside curl --silent --fail --max-time 2 http://192.0.2.1:8088/passwd
}
seen_from_outside() { machine_outside && pods_go_out_and_in; }
neighbour_goes_out_and_in() { # docker or podman
  until_true 20 bash -c "$1 exec beside chroot /host curl --silent --max-time 2 http://192.0.2.9/name | grep -q outside" &&
    until_true 20 ip netns exec outside curl --silent --fail --max-time 2 http://192.0.2.1:8890/passwd
}
neighbour_moves_in() {
  "$1" load --quiet --input busybox.tar && "$1" run -d --name beside --restart always -v /:/host -p 8890:80 docker.io/library/busybox httpd -f -p 80 -h /etc &&
    pods_go_out_and_in && neighbour_goes_out_and_in "$1"
}
# Docker itself says DROP where it is the first to have packets forwarded.
docker_moves_in() { systemctl start docker.service && iptables -P FORWARD DROP && neighbour_moves_in docker && has "$(iptables -S DOCKER-USER)" "-i tripod0"; }
docker_restarts() { systemctl restart docker.service && pods_go_out_and_in && neighbour_goes_out_and_in docker; }
neighbour_keeps_its_own() {
  tripod down && ! iptables -S | grep -q tripod && neighbour_goes_out_and_in "$1" && tripod up && until_true 90 pgrep -f 'sleep 333333' && pods_go_out_and_in || return 1
  "$1" rm --force beside && "$1" system prune --all --force --volumes && pods_go_out_and_in && pgrep -f 'sleep 333333'
}
# Its rules stay; the policy would keep podman's ports from being reached, whose rules do not reckon with it.
docker_keeps_its_own() { neighbour_keeps_its_own docker && systemctl stop docker.service docker.socket && pods_go_out_and_in && iptables -P FORWARD ACCEPT; }
write_shares() {
  cat >$state/shares.yaml <<'END'
apiVersion: v1
kind: PersistentVolume
metadata: {name: share}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteMany], persistentVolumeReclaimPolicy: Retain, storageClassName: shares, mountOptions: [nfsvers=4.2, noatime], nfs: {server: 192.0.2.1, path: /srv/shared}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: share}
spec: {accessModes: [ReadWriteMany], storageClassName: shares, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: shares}
spec:
  terminationGracePeriodSeconds: 1
  volumes:
  - {name: direct, nfs: {server: 192.0.2.1, path: /srv/shared, readOnly: true}}
  - {name: claimed, persistentVolumeClaim: {claimName: share}}
  containers:
  - name: a
    image: busybox
    imagePullPolicy: Never
    command: [sh, -c, "echo by the pod >/claimed/written; cat /direct/written; touch /direct/more && exit 1; sleep 666666"]
    volumeMounts: [{name: direct, mountPath: /direct}, {name: claimed, mountPath: /claimed}]
END
}
shares_are_mounted() {
  mkdir -p /srv/shared && echo '/srv/shared *(rw,no_root_squash,no_subtree_check,insecure)' >/etc/exports && systemctl start nfs-server.service && write_shares || return 1
  tripod apply -f $state/shares.yaml && until_true 60 pgrep -f 'sleep 666666' && has "$(cat /srv/shared/written)" "by the pod" && grep -q 'nfs/direct .* - nfs4' /proc/self/mountinfo && grep -q 'nfs/share .* - nfs4' /proc/self/mountinfo || { tripod describe pod shares | tail -n 5; return 1; }
  tripod delete pod shares && ! grep -q ' - nfs4' /proc/self/mountinfo && [ -e /srv/shared/written ] && systemctl stop nfs-server.service
}
firewalld_lets_pods_through() {
  systemctl start firewalld.service && until_true 30 bash -c "firewall-cmd --zone=trusted --list-interfaces | grep -q tripod0" && pods_go_out_and_in &&
    firewall-cmd --reload && until_true 30 bash -c "firewall-cmd --zone=trusted --list-interfaces | grep -q tripod0" && pods_go_out_and_in || return 1
  tripod down && ! firewall-cmd --zone=trusted --list-interfaces | grep -q tripod0 && tripod up && until_true 90 pgrep -f 'sleep 333333' && pods_go_out_and_in && systemctl stop firewalld.service && pods_go_out_and_in
}
# From a pod to the machine: its nameserver on the bridge.
names_are_looked_up() { until_true 20 bash -c "tripod exec sctp -- chroot /host python3 -c \"import socket; socket.create_connection(('10.63.0.1', 53), 3)\""; }
ufw_lets_pods_through() {
  ufw --force enable && has "$(iptables -S)" "-P INPUT DROP" && until_true 30 bash -c "iptables -S ufw-user-forward | grep -q tripod0" && pods_go_out_and_in && names_are_looked_up &&
    ufw --force disable && pods_go_out_and_in
}
write_confined() {
  cat >$state/confined.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: confined}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: usual
    image: busybox
    imagePullPolicy: Never
    command: [sh, -c, "cat /proc/self/attr/current; mount -t tmpfs none /tmp || echo no mount; sleep 777777"]
    securityContext: {capabilities: {add: [SYS_ADMIN]}}
  - name: free
    image: busybox
    imagePullPolicy: Never
    command: [sh, -c, "cat /proc/self/attr/current; mount -t tmpfs none /tmp && echo mounted; sleep 777778"]
    securityContext: {capabilities: {add: [SYS_ADMIN]}, appArmorProfile: {type: Unconfined}, seccompProfile: {type: Unconfined}}
  - name: own
    image: busybox
    imagePullPolicy: Never
    command: [sh, -c, "cat /proc/self/attr/current; echo x >/file || echo no write; sleep 777779"]
    securityContext: {appArmorProfile: {type: Localhost, localhostProfile: checks-deny-write}}
END
}
apparmor_confines() {
  printf 'profile checks-deny-write flags=(attach_disconnected) {\n network,\n capability,\n file,\n signal,\n deny /file w,\n}\n' | apparmor_parser --replace && write_confined || return 1
  tripod apply -f $state/confined.yaml && until_true 60 pgrep -f 'sleep 777779' && until_true 20 pgrep -f 'sleep 777778' || return 1
  has "$(retry tripod logs confined -c usual)" "tripod-default (enforce)" && has "$(retry tripod logs confined -c usual)" "no mount" && has "$(retry tripod logs confined -c free)" mounted &&
    has "$(retry tripod logs confined -c own)" "no write" && has "$(retry tripod exec confined -c usual -- cat /proc/self/attr/current)" "tripod-default (enforce)" && has "$(pod confined .status.phase)" Running &&
    tripod delete pod confined && ! pgrep -f 'sleep 77777'
}
doctor_names_what_is_in_the_way() {
  local said
  modprobe iptable_filter && iptables-legacy -P FORWARD DROP || return 1
  said=$(tripod doctor)
  iptables-legacy -P FORWARD ACCEPT
  has "$said" "iptables-legacy -I FORWARD -i tripod0 -j ACCEPT"
}
doctor_finds_nothing() { local said; said=$(tripod doctor) && has "$said" "cgroups v2, systemd"; }
cri_parent_is_a_slice() {
  cri_pod slices crun sleep 444444 || return 1
  echo "$sandbox" >$state/sandbox
  has "$(cgroup_of "$(pid_of 'sleep 444444')")" "/sys/fs/cgroup/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podslices.slice/"
}
cri_remove_leaves_others() {
  cri RemovePodSandbox "$(text 1 "$(cat $state/sandbox)")" >/dev/null && until_true 20 bash -c "! pgrep -f '[s]leep 444444'" && [ "$(pgrep -c -f 'sleep 333333')" -ge 1 ]
}
checkpoint_is_made() {
  local archive=/var/lib/checks/kept.tar listed
  cri_pod kept runc sh -c 'echo written >/file; while true; do sleep 1; done' || return 1
  until_true 20 pgrep -f 'echo written' || return 1
  rm -f $archive
  cri CheckpointContainer "$(text 1 "$container_id")$(text 2 $archive)" >/dev/null || { cat /run/cri-answer.head; return 1; }
  listed=$(tar -tf $archive)
  has "$listed" checkpoint/pages-1.img && has "$listed" config.dump && has "$listed" spec.dump && pgrep -f 'echo written' >/dev/null &&
    has "$(tar -xOf $archive rootfs-diff.tar | tar -xO file)" written && [ "$(stat -c %a $archive)" = 600 ] || return 1
  cri RemovePodSandbox "$(text 1 "$sandbox")" >/dev/null
}
came_back() {
  until_true 120 pgrep -f 'sleep 111111' && until_true 60 pgrep -f 'sleep 333333' && until_true 60 bash -c "tripod get pod one | grep -q 2/2"
}
restart_counts() { has "$(pod one '.status.containerStatuses[*].restartCount')" "$(cat $state/expected)"; }
same_address() { file_says $state/address "$(pod one .status.podIP)"; }
changed_sandbox() { has "$(retry tripod describe pod one)" "SandboxChanged"; }
host_address_follows() { has "$(pod one .status.hostIP)" 192.0.2.2; }
remove_stops_pods() { dpkg --remove tripod && until_true 10 count_scopes 0 && ! pgrep -f '111111|333333|^/pause|conmon' && [ -d /var/lib/tripod ] && [ ! -e /sys/fs/cgroup/tripod.slice ]; }
taken_addresses_are_named() {
  local said
  ip address add 10.63.4.1/24 dev host0
  said=$(/opt/build/tripod doctor)
  ip address del 10.63.4.1/24 dev host0
  has "$said" "pod CIDR 10.63.0.0/16 overlaps address 10.63.4.1/24 of host0"
}
build_installs_itself() {
  /opt/build/tripod install && systemctl is-active tripod.service tripod-kubernetes.socket tripod-docker.socket tripod-cri.socket && systemctl is-enabled tripod.service && [ -s /usr/local/share/bash-completion/completions/tripod ] &&
    tripod load --input busybox.tar && retry tripod apply -f $state/pods.yaml && until_true 90 pgrep -f 'sleep 555555'
}
build_upgrades_itself() {
  local before
  before=$(pid_of 'sleep 555555')
  /opt/build/tripod install && systemctl is-active tripod.service && [ "$(pid_of 'sleep 555555')" = "$before" ] && limits_stand
}
uninstall_stops_pods() { tripod uninstall && ! pgrep -f '555555|^/pause|conmon' && [ -d /var/lib/tripod ] && [ ! -e /sys/fs/cgroup/tripod.slice ] && [ ! -e /etc/systemd/system/tripod.service ]; }
uninstall_deletes_state() {
  /opt/build/tripod install && until_true 90 pgrep -f 'sleep 555555' && tripod uninstall --purge || return 1
  left=$(find / -xdev -iname '*tripod*' ! -path '/opt/*' ! -path '/root/*' ! -path '/etc/initramfs-tools/*'; nft list ruleset; ip -o link | grep tripod; systemctl list-units --all --no-legend 'tripod*'; ls -d /run/systemd/*/tripod* 2>/dev/null)
  [ -z "$left" ] || { echo "$left"; return 1; }
}
purge_deletes_state() { dpkg --purge tripod && [ ! -e /var/lib/tripod ] && [ ! -e /etc/tripod ] && [ ! -e /lib/systemd/system/tripod.service ]; }

if [ ! -e $state/booted ]; then
  echo "guest: $(uname -r), $(systemctl --version | head -n 1), up $(cut -d . -f 1 /proc/uptime) s"
  ip link add host0 type veth peer name host1 && ip link set host1 up && ip address add 192.0.2.1/24 dev host0 && ip link set host0 up && ip route add default dev host0
  write_pods
  check "the package installs, and starts engine and sockets" install_package
  check "the Docker API answers, and names systemd as the cgroup driver" docker_answers
  check "an image is loaded" tripod load --input busybox.tar
  check "pods are taken" retry tripod apply -f $state/pods.yaml
  check "they run" until_true 90 pgrep -f 'sleep 333333'
  check "a container's cgroup is a scope in its pod's slice" in_own_slice
  check "scopes are delegated" delegated
  check "limits stand in the cgroup" limits_hold
  check "a pod's limits and its containers' outlast systemctl daemon-reload" limits_outlast_reload
  check "an SCTP host port leads to its pod" sctp_leads_to_its_pod
  check "AppArmor confines containers as they ask, and usually" apparmor_confines
  check "a device that was not given is denied" device_is_denied
  check "exec joins a container" exec_joins
  check "a container that wants more memory than its limit ends as OOMKilled" greedy_is_oom
  check "with a container's process all of its cgroup dies, and it starts again" whole_cgroup_dies "$(pid_of 'sleep 222222')"
  check "systemctl restart disturbs no container" restart_disturbs_nothing
  check "an engine that is killed is started again, and disturbs no container" killed_engine_comes_back
  check "a client starts a stopped engine by its socket" sockets_start_the_engine
  check "log lines have their priorities in the journal" journal_has_priorities
  check "the watchdog is on" watchdog_is_on
  check "an upgrade disturbs no container" reinstall_disturbs_nothing
  check "a clock that is set back holds no restart up" clock_back
  check "doctor finds no fault" doctor_finds_nothing
  check "doctor names an older packet filter that drops, and the way out" doctor_names_what_is_in_the_way
  check "pods reach a machine outside, and are reached from it" seen_from_outside
  check "NFS shares are mounted, of a pod and of a claim, and go with the pod" shares_are_mounted
  check "with Docker beside, whose FORWARD policy is DROP, both still do" docker_moves_in
  check "when Docker restarts both do again" docker_restarts
  check "tripod down takes nothing of Docker's away, nor does Docker's prune of the pods'" docker_keeps_its_own
  check "with podman beside, both do" neighbour_moves_in podman
  check "tripod down takes nothing of podman's away, nor does podman's prune of the pods'" neighbour_keeps_its_own podman
  check "firewalld lets pods through, when it reloads too, and keeps nothing after tripod down" firewalld_lets_pods_through
  check "ufw lets pods through, and lets them look up names" ufw_lets_pods_through
  check "a kubelet's slice holds its pod" cri_parent_is_a_slice
  check "a kubelet's pod is removed, and no other" cri_remove_leaves_others
  check "a container under runc is kept by CRIU, and goes on" checkpoint_is_made
  pod one '.status.containerStatuses[0].restartCount} {.status.containerStatuses[1].restartCount' | awk '{print $1 + 1, $2 + 1}' >$state/expected
  pod one .status.podIP >$state/address
  touch $state/booted
  echo "guest: reboots, up $(cut -d . -f 1 /proc/uptime) s"
  systemctl reboot
  exit 0
fi

echo "guest: is there again, up $(cut -d . -f 1 /proc/uptime) s"
ip link add host0 type veth peer name host1 && ip link set host1 up && ip address add 192.0.2.2/24 dev host0 && ip link set host0 up && ip route add default dev host0
systemctl restart tripod.service
check "pods come back after a reboot" came_back
check "their restart counts are one higher" restart_counts
check "they have their addresses again" same_address
check "their events say that the sandbox has changed" changed_sandbox
check "a pod tells the machine's new address" host_address_follows
cp -a /usr/lib/tripod /opt/build
check "apt remove stops the pods and keeps the state" remove_stops_pods
check "apt purge deletes the state" purge_deletes_state
hash -r
check "doctor names who has the pods' addresses" taken_addresses_are_named
check "tripod install makes a service of a build" build_installs_itself
check "tripod install again disturbs no container" build_upgrades_itself
check "tripod uninstall stops the pods and keeps the state" uninstall_stops_pods
check "tripod uninstall --purge leaves nothing" uninstall_deletes_state
echo "guest: up $(cut -d . -f 1 /proc/uptime) s"
echo "all checks are done"
systemctl poweroff
