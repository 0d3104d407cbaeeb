# shellcheck shell=bash disable=SC2154 # sourced: its variables are build.sh's
# nginx out of Debian's packages, laid out as Docker Hub's image: same configuration path, command and signal to stop.

step "fetch Debian's packages"
mapfile -t libraries < <(library_packages nginx)
unpack_packages "$work/tree" nginx nginx-common "${libraries[@]}"

step "put the root file system together"
root=$work/root
new_root "$root"
add_program "$root" "$work/tree" "$work/tree/usr/sbin/nginx" /usr/sbin/nginx
mkdir -p "$root"/etc/nginx/conf.d "$root"/var/{lib,log}/nginx "$root/usr/share/nginx/html"
cp "$work/tree"/etc/nginx/{mime.types,fastcgi_params,scgi_params,uwsgi_params} "$root/etc/nginx/"
cp "$here/nginx/nginx.conf" "$root/etc/nginx/nginx.conf"
cp "$here/nginx/default.conf" "$root/etc/nginx/conf.d/default.conf"
cp "$here/nginx/index.html" "$root/usr/share/nginx/html/index.html"
ln -s /dev/stdout "$root/var/log/nginx/access.log"
ln -s /dev/stderr "$root/var/log/nginx/error.log"

step "write the archive"
layer "$work/layer.tar" 0 "$root"
oci_archive "$work/image.tar" nginx '{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["nginx","-g","daemon off;"],"ExposedPorts":{"80/tcp":{}},"StopSignal":"SIGQUIT"}' "$work/layer.tar"
