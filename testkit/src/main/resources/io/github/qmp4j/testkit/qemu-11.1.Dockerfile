# QEMU 11.1, as Debian trixie has it among its backports.
FROM debian:trixie-slim
# The line of the backports is the image's own one with another suite: the public images have the newer form of sources.
RUN cd /etc/apt \
 && if [ -f sources.list.d/debian.sources ]; then \
      sed '/^$/,$d; s/^Suites:.*/Suites: trixie-backports/' sources.list.d/debian.sources >sources.list.d/backports.sources; \
    else \
      sed -n 's/^\(deb .*\) trixie main.*/\1 trixie-backports main/p' sources.list >sources.list.d/backports.list; \
    fi \
 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -t trixie-backports qemu-system-x86 qemu-utils \
 && rm -rf /var/lib/apt/lists/*
# An image that bears the wrong version would let tests pass that were never run on the right one.
RUN qemu-system-x86_64 --version | tee /dev/stderr | grep -qF 'version 11.1.'
