# make prints what there is; each target is one line of what it does.
SHELL := /bin/bash
ENGINE_PACKAGES := crun conmon catatonit libnftables1 binutils curl ca-certificates
TEST_PACKAGES := $(ENGINE_PACKAGES) runc skopeo podman nftables iproute2 procps util-linux

.PHONY: help demo up down reset test test-v2 deb deb-arm64 lint release build packages bench

help: ## this text
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 18

packages:
	@build/install-packages.sh $(ENGINE_PACKAGES)
	@build/require-dotnet.sh

build: packages
	@dotnet msbuild src/Tripod -restore -p:Configuration=Release -v:quiet -nologo

demo: build ## from a bare machine to the article's blog on http://127.0.0.1:8888
	@build/demo.sh

up: build ## build, start the engine in the background, print its addresses
	@build/up.sh

down: ## stop the engine and its pods; /var/lib/tripod stays, and up brings the pods back
	@$$([ $$(id -u) -eq 0 ] || echo sudo) artifacts/bin/Tripod/release/tripod down

reset: down ## ask, then delete the state too
	@build/reset.sh

test: ## install what the suite needs and run all of it
	@build/install-packages.sh $(TEST_PACKAGES)
	@build/require-dotnet.sh
	@command -v kubectl >/dev/null || build/install-packages.sh kubernetes-client
	@build/test.sh

test-v2: deb ## the package on a machine with systemd and cgroup v2, played by qemu: limits, restarts, upgrade, reboot, removal
	@build/test-v2.sh

bench: build ## the table of figures, against podman and crun where they are installed
	@bench/run.sh

lint: packages ## formatting, analyzers, shell scripts
	@dotnet format whitespace Tripod.slnx --verify-no-changes
	@dotnet msbuild Tripod.slnx -restore -v:quiet -nologo
	@! command -v shellcheck >/dev/null || shellcheck --severity=warning build/*.sh build/package/p* tests/v2/*.sh bench/*.sh examples/ghost/images/*.sh examples/ghost/images/*/*.sh .ci/run

release: packages ## NativeAOT build: artifacts/publish/Tripod/release/tripod
	@build/install-packages.sh gcc libc6-dev zlib1g-dev
	@dotnet publish src/Tripod -c Release -p:NativeRelease=true -o artifacts/publish/Tripod/release -v quiet -nologo

deb: release ## the Debian package: artifacts/tripod_VERSION_ARCHITECTURE.deb
	@build/deb.sh

deb-arm64: packages ## the same for arm64, cross-compiled on x86-64, and tried under qemu-user
	@build/install-packages.sh gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
	@dotnet publish src/Tripod -c Release -r linux-arm64 -p:NativeRelease=true -o artifacts/publish/Tripod/release_linux-arm64 -v quiet -nologo
	@build/deb.sh artifacts/publish/Tripod/release_linux-arm64
