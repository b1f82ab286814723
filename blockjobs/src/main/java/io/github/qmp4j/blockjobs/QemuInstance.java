package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.session.InstanceMarker;
import io.github.qmp4j.client.QmpClient;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One run of one QEMU, distinguishable from the next run behind the same monitor: a job that was started in another one is
 * gone, whatever the graph shows now.
 *
 * @param monitor the address of the monitor
 * @param version of QEMU, as its greeting says
 * @param marker what this run, and no other, answers with; empty where QEMU has no room for it (the storage daemon of 5.2)
 */
public record QemuInstance(String monitor, String version, Optional<String> marker) {

    /**
     * Asks a QEMU which run it is. The first who asks leaves a marker in it: an object {@code qmp4j-instance} of the type
     * {@code authz-simple}, which does nothing and ends with that QEMU. Everybody after reads the same one.
     *
     * @return fails with {@link io.github.qmp4j.QmpException} when QEMU could not be asked
     */
    public static CompletableFuture<QemuInstance> of(QmpClient client) {
        return new InstanceMarker(client)
                .read()
                .thenApply(marker -> new QemuInstance(
                        client.address().toString(), client.greeting().version().toString(), marker));
    }

    /** Whether it is proved that both are one run. */
    public boolean isCertainly(QemuInstance other) {
        return marker.isPresent() && marker.equals(other.marker);
    }

    /** Whether it is proved that they are two runs; where neither is proved, nothing may be concluded from either. */
    public boolean isCertainlyNot(QemuInstance other) {
        boolean bothMarked = marker.isPresent() && other.marker.isPresent();
        return !version.equals(other.version) || (bothMarked && !marker.equals(other.marker));
    }
}
