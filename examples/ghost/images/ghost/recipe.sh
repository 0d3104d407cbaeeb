# shellcheck shell=bash disable=SC2154 # sourced: its variables are build.sh's
# Ghost out of npm's packages, laid out as Docker Hub's image: same paths, user, variables, entry point and defaults.

ghost=6.65.0
node=22.23.3
pnpm=12.4.2
case $(uname -m) in aarch64) platform=linux-arm64 ;; *) platform=linux-x64 ;; esac
command -v g++ >/dev/null || "$here/../../../build/install-packages.sh" g++ >&2

root=$work/root
app=$root/var/lib/ghost/versions/$ghost
npm_package "node-$platform@$node" "$work/node"
npm_package "@pnpm/exe.$platform@$pnpm" "$work/pnpm"
npm_package "ghost@$ghost" "$app"
export PATH=$work/node/bin:$PATH

step "fetch the 1,100 packages that Ghost needs"
(cd "$app" && XDG_CACHE_HOME=$work/xdg XDG_STATE_HOME=$work/xdg XDG_DATA_HOME=$work/xdg CI=true \
  "$work/pnpm/pnpm" install --prod --frozen-lockfile --ignore-scripts --config.node-linker=hoisted --store-dir="$work/store" >"$work/pnpm.log" 2>&1) \
  || { tail -n 20 "$work/pnpm.log" >&2; exit 1; }

# better-sqlite3 is the one native module without a ready-made binary in npm's registry.
step "compile SQLite (about 20 seconds), and drop what no program loads"
sqlite=$app/node_modules/better-sqlite3
cp -R "$sqlite" "$work/sqlite"
compile_sqlite() (
  cd "$work/sqlite" || exit 1
  mapfile -t defines < <(sed -n "s/^    '\([A-Z0-9_]*\(=[-0-9]*\)\?\)',\$/-D\1/p" deps/defines.gypi)
  gcc -std=c99 -w -O1 -fPIC -fvisibility=hidden -pthread -DNDEBUG "${defines[@]}" -c deps/sqlite3/sqlite3.c -o sqlite3.o &
  sqlite_object=$!
  g++ -std=c++20 -w -O1 -fPIC -fno-rtti -fno-exceptions -pthread -DNDEBUG -DNODE_GYP_MODULE_NAME=better_sqlite3 -DBUILDING_NODE_EXTENSION \
    -I"$work/node/include/node" -Ideps/sqlite3 -c src/better_sqlite3.cpp -o better_sqlite3.o
  wait "$sqlite_object"
  g++ -shared -pthread -s -Wl,-Bsymbolic,--exclude-libs,ALL -o better_sqlite3.node better_sqlite3.o sqlite3.o
)
compile_sqlite &
compiling=$!
(cd "$app" && node --no-warnings scripts/prune.mts . --profile=image >"$work/prune.log" 2>&1) || { tail -n 20 "$work/prune.log" >&2; exit 1; }
rm -rf "$app"/node_modules/{@typescript,typescript,better-sqlite3/deps,better-sqlite3/src}
wait "$compiling"
install -D -m 755 "$work/sqlite/better_sqlite3.node" "$sqlite/build/Release/better_sqlite3.node"

step "put the root file system together"
new_root "$root"
unpack_packages "$work/tree" libc6 libstdc++6 libgcc-s1
strip "$work/node/bin/node"
add_program "$root" "$work/tree" "$work/node/bin/node" /usr/local/bin/node
add_libraries "$root" "$work/tree" "$sqlite/build/Release/better_sqlite3.node"
install -m 755 "$here/ghost/docker-entrypoint.sh" "$root/usr/local/bin/docker-entrypoint.sh"
install -m 644 "$here/ghost/config.production.json" "$root/var/lib/ghost/config.production.json"
ln -s "versions/$ghost" "$root/var/lib/ghost/current"
cp -R "$app/content" "$root/var/lib/ghost/content.orig"
rm -rf "$root/var/lib/ghost/content.orig/themes"
mkdir -p "$root/var/lib/ghost/content" "$root"/var/lib/ghost/content.orig/{apps,files,media,themes}
for theme in casper source; do
  ln -s "../../current/content/themes/$theme" "$root/var/lib/ghost/content.orig/themes/$theme"
done
chmod 1777 "$root/var/lib/ghost/content"

step "write the archive"
layer "$work/base.tar" 0 "$root" --exclude=./var/lib/ghost --exclude=./home/node .
layer "$work/ghost.tar" 1000 "$root" ./home/node ./var/lib/ghost
oci_archive "$work/image.tar" ghost "{\"User\":\"node\",\"WorkingDir\":\"/var/lib/ghost\",\"Entrypoint\":[\"docker-entrypoint.sh\"],\"Cmd\":[\"node\",\"current/index.js\"],\"ExposedPorts\":{\"2368/tcp\":{}},\"Volumes\":{\"/var/lib/ghost/content\":{}},\"Env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\",\"NODE_VERSION=$node\",\"NODE_ENV=production\",\"GHOST_INSTALL=/var/lib/ghost\",\"GHOST_CONTENT=/var/lib/ghost/content\",\"GHOST_VERSION=$ghost\"]}" \
  "$work/base.tar" "$work/ghost.tar"
