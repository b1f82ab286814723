package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.graph.Quirks;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.testkit.QmpErrorException;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.TempFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A QEMU with three disks for {@link RandomCallsTest}, with two facades, on two monitors where that is safe, and a third monitor that is the oracle and the
 * foreign client. Each facade has a store of its own.
 */
final class CalledVm implements AutoCloseable {
    static final int DISKS = 3;

    private final TempFolder folder = TempFolder.create("called-vm");
    private final List<JobStore> stores =
            List.of(JobStore.file(folder.resolve("jobs-0")), JobStore.file(folder.resolve("jobs-1")));
    private final RealQemu qemu = RealQemu.builder()
            .in(folder.path())
            .arguments(
                    "-chardev",
                    "socket,id=third,path=third.sock,server=on,wait=off",
                    "-mon",
                    "chardev=third,mode=control")
            .device("virtio-scsi-pci")
            .start();
    private final QmpClient client = connect(qemu.monitor());
    /**
     * On a monitor of its own from QEMU 10.0 on. Before, a listing of nodes can meet what another session has just begun, and QEMU dies
     * of it; only one session keeps the two apart.
     */
    private final QmpClient secondClient = new Quirks(client.greeting().version()).mayListNodesThatAreMade()
            ? connect(folder.resolve("third.sock"))
            : client;

    final List<BlockJobs> facades = List.of(
            BlockJobs.of(
                    client, BlockJobOptions.defaults().withStore(stores.get(0)).withFiles(FileAccess.local())),
            BlockJobs.of(secondClient, BlockJobOptions.defaults().withStore(stores.get(1))));

    /** How often each facade has told of the end of a job, by facade and id. */
    private final Map<String, AtomicInteger> endsTold = new ConcurrentHashMap<>();

    private final List<EventSubscription> listening = new ArrayList<>();

    /** The ids of the jobs that have ended, in QEMU's order; guarded by this. */
    private final List<String> ends = new ArrayList<>();
    /** The events that told the end of a job, by its id; guarded by this. */
    private final Map<String, List<JsonNode>> endEvents = new HashMap<>();
    /** How often QEMU has made a job of an id; guarded by this. */
    private final Map<String, Integer> made = new HashMap<>();

    final List<CalledDisk> disks = new ArrayList<>();

    CalledVm() {
        for (int facade = 0; facade < facades.size(); facade++) {
            int number = facade;
            listening.add(facades.get(facade).onJob(info -> {
                if (info.status() == JobStatus.CONCLUDED) {
                    endsTold.computeIfAbsent(number + " " + info.id(), any -> new AtomicInteger())
                            .incrementAndGet();
                }
            }));
        }
        for (int disk = 0; disk < DISKS; disk++) {
            disks.add(new CalledDisk(this, "d" + disk, folder.path()));
        }
    }

    private static QmpClient connect(Path socket) {
        return TestVm.get(QmpClient.connect(new QmpAddress.Unix(socket), QmpOptions.defaults()));
    }

    synchronized JsonNode ask(String command) {
        return ask(command, "{}");
    }

    synchronized JsonNode ask(String command, String argumentsJson) {
        try {
            return qemu.oracle().execute(command, argumentsJson);
        } finally {
            hear();
        }
    }

    /** A command that QEMU may refuse. */
    void tried(String command, String argumentsJson) {
        try {
            ask(command, argumentsJson);
        } catch (QmpErrorException refused) {
            // That is QEMU's answer, too.
        }
    }

    private void hear() {
        for (JsonNode event : qemu.oracle().events()) {
            switch (event.path("event").asText()) {
                case "BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED" -> {
                    String id = event.at("/data/device").asText();
                    ends.add(id);
                    endEvents.computeIfAbsent(id, any -> new ArrayList<>()).add(event);
                }
                case "JOB_STATUS_CHANGE" -> {
                    if (event.at("/data/status").asText().equals("created")) {
                        made.merge(event.at("/data/id").asText(), 1, Integer::sum);
                    }
                }
                default -> {}
            }
        }
        qemu.oracle().forgetEvents();
    }

    /** How many jobs had ended when this was last heard. */
    synchronized int ended() {
        return ends.size();
    }

    /** Which place the end of a job has among all; −1 where it has not ended. */
    synchronized int placeOfEnd(JobId id) {
        ask("query-name");
        return ends.indexOf(id.value());
    }

    synchronized List<JsonNode> endEvents(JobId id) {
        ask("query-name");
        return List.copyOf(endEvents.getOrDefault(id.value(), List.of()));
    }

    synchronized int made(JobId id) {
        return made.getOrDefault(id.value(), 0);
    }

    /** How often a facade has told of the end of this job. */
    int endsTold(int facade, JobId id) {
        AtomicInteger told = endsTold.get(facade + " " + id);
        return told == null ? 0 : told.get();
    }

    /** The status of a job by the oracle; empty where there is none. */
    Optional<String> status(JobId id) {
        for (JsonNode job : ask("query-jobs")) {
            if (job.path("id").asText().equals(id.value())) {
                return Optional.of(job.path("status").asText());
            }
        }
        return Optional.empty();
    }

    /** What QEMU said, without what its qemu-io and its snapshots say of themselves. */
    String said() {
        return qemu.stderr()
                .lines()
                .filter(line -> !line.matches("wrote .*|.* ops; .*|Formatting .*"))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        listening.forEach(EventSubscription::close);
        facades.forEach(BlockJobs::close);
        client.close();
        secondClient.close();
        qemu.close();
        stores.forEach(JobStore::close);
        folder.close();
    }
}
