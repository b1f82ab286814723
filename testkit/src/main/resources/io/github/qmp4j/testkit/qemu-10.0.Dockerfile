# QEMU 10.0, as Debian trixie has it.
FROM debian:trixie-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends qemu-system-x86 qemu-utils \
 && rm -rf /var/lib/apt/lists/*
# An image that bears the wrong version would let tests pass that were never run on the right one.
RUN qemu-system-x86_64 --version | tee /dev/stderr | grep -qF 'version 10.0.'
