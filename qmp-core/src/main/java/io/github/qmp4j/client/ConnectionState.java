package io.github.qmp4j.client;

/** Where a session stands. A client is only given out once its session has been negotiated. */
public enum ConnectionState {
    /** Commands can be executed. */
    RUNNING,
    /** Over; there is no way back. A new session is a new client. */
    CLOSED
}
