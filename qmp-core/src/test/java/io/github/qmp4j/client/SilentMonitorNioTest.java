package io.github.qmp4j.client;

/** The same by the transport that every platform has. */
class SilentMonitorNioTest extends SilentMonitorTest {
    @Override
    boolean nativeTransport() {
        return false;
    }
}
