/** A QMP client: see the package {@code io.github.qmp4j} for where to begin. */
@SuppressWarnings("module") // its other module is built after it
module io.github.qmp4j.core {
    requires transitive com.fasterxml.jackson.databind;
    requires transitive org.jspecify;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires org.slf4j;
    requires static com.sun.jna;
    requires static micrometer.core;
    requires static jdk.jfr;

    exports io.github.qmp4j;
    exports io.github.qmp4j.client;
    exports io.github.qmp4j.event;
    exports io.github.qmp4j.observe;
    exports io.github.qmp4j.process;
    exports io.github.qmp4j.schema;
    exports io.github.qmp4j.threads to
            io.github.qmp4j.blockjobs;
}
