# shellcheck shell=bash disable=SC2154 # sourced: its variables are build.sh's
# Sourced by build.sh: layers and the archive, by the OCI image specification 1.1. The same files always make the same bytes.

created=2026-11-01T00:00:00Z

# layer TAR OWNER ROOT [PATH...]: the paths below ROOT, all of it by default, owned by the numeric OWNER.
layer() {
  local tar=$1 owner=$2 root=$3
  shift 3
  tar --create --file "$tar" --directory "$root" --sort=name --mtime="$created" --owner="$owner" --group="$owner" --numeric-owner \
    --format=posix --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime "${@:-.}"
}

# oci_archive OUTPUT REPOSITORY CONFIG LAYER...: CONFIG is the "config" object of the image's configuration, as JSON.
oci_archive() {
  local output=$1 repository=$2 config=$3 layout=$work/layout tar digest size diffs="" layers="" arch
  shift 3
  arch=$(dpkg --print-architecture)
  rm -rf "$layout"
  mkdir -p "$layout/blobs/sha256"
  for tar in "$@"; do
    # Not compressed, so that the layer's digest is the blob's too: what is saved in time here is saved again on loading.
    digest=$(sha256sum "$tar" | cut -d ' ' -f 1) size=$(stat -c %s "$tar")
    mv "$tar" "$layout/blobs/sha256/$digest"
    diffs+=",\"sha256:$digest\""
    layers+=",{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"sha256:$digest\",\"size\":$size}"
  done
  config=$(blob "$layout" "{\"created\":\"$created\",\"architecture\":\"$arch\",\"os\":\"linux\",\"config\":$config,\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[${diffs#,}]}}")
  digest=$(blob "$layout" "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",$config},\"layers\":[${layers#,}]}")
  printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
  printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",%s,"platform":{"architecture":"%s","os":"linux"},"annotations":{"io.containerd.image.name":"docker.io/library/%s:latest","org.opencontainers.image.ref.name":"latest"}}]}' \
    "$digest" "$arch" "$repository" >"$layout/index.json"
  layer "$output" 0 "$layout" oci-layout index.json blobs
}

# blob LAYOUT TEXT: stores it, and prints its digest and size as members of a descriptor.
blob() {
  local digest
  digest=$(printf %s "$2" | sha256sum | cut -d ' ' -f 1)
  printf %s "$2" >"$1/blobs/sha256/$digest"
  printf '"digest":"sha256:%s","size":%s' "$digest" "$(printf %s "$2" | wc -c)"
}
