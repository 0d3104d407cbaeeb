# shellcheck shell=bash disable=SC2154 # sourced: its variables are build.sh's
# Sourced by build.sh: files out of Debian packages, which are unpacked and never installed, so that no service starts.

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# unpack_packages TREE PACKAGE...
unpack_packages() {
  local tree=$1 debs
  shift
  debs=$(mktemp -d "$work/debs-XXXXXX")
  # The package lists may be old, or missing on a new machine.
  (cd "$debs" && apt-get -qq download "$@" 2>"$work/apt.log") \
    || { as_root apt-get -qq update >&2 && (cd "$debs" && apt-get -qq download "$@" 2>"$work/apt.log"); } \
    || { cat "$work/apt.log" >&2; return 1; }
  local deb
  for deb in "$debs"/*.deb; do
    dpkg-deb -x "$deb" "$tree"
  done
}

# library_packages PACKAGE: the libraries that it depends on, by their packages' names in this distribution.
library_packages() {
  apt-cache depends --important "$1" | sed -n 's/^ *Depends: \(lib[^ ]*\|zlib1g[^ ]*\)$/\1/p' | sort -u
}

# new_root ROOT: an empty root file system with a shell, root, node and nobody.
new_root() {
  local root=$1 applet directory
  mkdir -p "$root"/{dev,etc,home/node,proc,root,run,sys,tmp,usr/{bin,sbin,lib,lib64,share},var/{lib,log,cache}}
  for directory in bin sbin lib lib64; do
    ln -s "usr/$directory" "$root/$directory"
  done
  ln -s /run "$root/var/run"
  chmod 1777 "$root/tmp"
  unpack_packages "$work/busybox" busybox-static
  install -m 755 "$(find "$work/busybox" -path "*/bin/busybox" -type f)" "$root/usr/bin/busybox"
  for applet in $("$root/usr/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/usr/bin/$applet"
  done
  printf '%s\n' root:x:0:0:root:/root:/bin/sh node:x:1000:1000::/home/node:/bin/sh nobody:x:65534:65534:nobody:/nonexistent:/bin/false >"$root/etc/passwd"
  printf '%s\n' root:x:0: tty:x:5: node:x:1000: nogroup:x:65534: >"$root/etc/group"
  echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
}

# add_program ROOT TREE PROGRAM TARGET: the program, the loader it asks for, and all libraries that they need, out of TREE.
add_program() {
  local root=$1 tree=$2 program=$3 target=$4 loader
  install -D -m 755 "$program" "$root$target"
  loader=$(readelf -l "$program" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
  [ -e "$root$loader" ] || install -D -m 755 "$(find_library "$tree" "$(basename "$loader")")" "$root/usr$loader"
  add_libraries "$root" "$tree" "$program"
}

# add_libraries ROOT TREE FILE
add_libraries() {
  local root=$1 tree=$2 library found
  for library in $(readelf -d "$3" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    [ ! -e "$root/usr/lib/$library" ] || continue
    case $library in ld-linux*) continue ;; esac
    found=$(find_library "$tree" "$library")
    install -m 644 "$found" "$root/usr/lib/$library"
    add_libraries "$root" "$tree" "$found"
  done
}

find_library() {
  local found
  found=$(find "$1" -name "$2" ! -xtype d | head -n 1)
  [ -n "$found" ] || { echo "build.sh: no package unpacked in $1 holds $2" >&2; return 1; }
  readlink -f "$found"
}
