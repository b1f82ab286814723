package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A QEMU to which a small disk is added for each round of {@link VerbPairsTest}, with everyone who may act on a job: this side, another
 * handle of the same session, one of another session, and a foreign client, which is the oracle too.
 */
final class VerbVm implements AutoCloseable {
    private static final List<String> CHAIN = List.of("base", "snap", "active");

    private final TempFolder folder = TempFolder.create("verb-vm");
    /** The images that are to hold, when QEMU has ended, what the guest saw at first; each with what it is compared with. */
    private final List<Path> whole = new ArrayList<>();

    private final JobStore store = JobStore.file(folder.resolve("jobs"));
    private int rounds;

    /** The verbs that QEMU has accepted from the handle that started the job, in this order, by the wire. */
    final List<String> accepted = new CopyOnWriteArrayList<>();

    final RealQemu qemu = RealQemu.builder()
            .in(folder.path())
            .arguments(
                    "-chardev",
                    "socket,id=third,path=third.sock,server=on,wait=off",
                    "-mon",
                    "chardev=third,mode=control")
            .device("virtio-scsi-pci")
            .start();

    final QmpClient client = TestVm.get(QmpClient.connect(
            new QmpAddress.Unix(qemu.monitor()), QmpOptions.defaults().withObservers(List.of(new Accepted()))));
    private final QmpClient otherClient =
            TestVm.get(QmpClient.connect(new QmpAddress.Unix(folder.resolve("third.sock")), QmpOptions.defaults()));

    final BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults().withStore(store));
    final BlockJobs sameSession = BlockJobs.of(client, BlockJobOptions.defaults());
    final BlockJobs otherSession = BlockJobs.of(otherClient, BlockJobOptions.defaults());

    private final class Accepted implements QmpObserver {
        @Override
        public void commandFinished(String command, Outcome outcome, Duration took) {
            if (outcome == Outcome.OK) {
                accepted.add(command);
            }
        }
    }

    /** The disk of one round. */
    final class Round {
        final int number = ++rounds;
        final String disk = "disk" + number;
        final JobKey key = JobKey.of("pairs/" + disk);
        private final Path images = folder.resolve(disk);

        Round() {
            accepted.clear();
            try {
                Files.createDirectory(images);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            SmallDisk.in(images);
            String below = "null";
            for (String name : CHAIN) {
                ask("blockdev-add", """
                        {"driver":"qcow2","node-name":"%s","backing":%s,"read-only":%b,
                        "file":{"driver":"file","filename":"%s"}}""".formatted(node(name), below, !name.equals("active"), image(name)));
                below = '"' + node(name) + '"';
            }
            ask("device_add", "{\"driver\":\"scsi-hd\",\"id\":\"%s\",\"drive\":%s}".formatted(disk, below));
        }

        String node(String name) {
            return name + number;
        }

        Path image(String name) {
            return images.resolve(name + ".qcow2");
        }

        String job() {
            return key.jobId().value();
        }

        /** The status of the job by the second monitor; {@code gone} where there is none. */
        String status() {
            for (JsonNode entry : ask("query-jobs")) {
                if (entry.path("id").asText().equals(job())) {
                    return entry.path("status").asText();
                }
            }
            return "gone";
        }

        /** The event that QEMU has told the end of the job by. */
        JsonNode end() {
            List<JsonNode> ends = qemu.oracle().events().stream()
                    .filter(event -> event.at("/data/device").asText().equals(job()))
                    .filter(event -> List.of("BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED")
                            .contains(event.path("event").asText()))
                    .toList();
            assertThat(ends).as("ends of the job, by the second monitor").hasSize(1);
            return ends.get(0);
        }

        /** The names of the images of the live chain by the second monitor, active layer first. */
        List<String> liveChain() {
            List<String> names = new ArrayList<>();
            for (JsonNode one : ask("query-block")) {
                if (one.path("qdev").asText().matches("(.*/)?" + disk + "(/.*)?")) {
                    JsonNode image = one.path("inserted").path("image");
                    for (; image.isObject(); image = image.path("backing-image")) {
                        String file = image.path("filename").asText();
                        names.add(file.substring(file.lastIndexOf('/') + 1, file.lastIndexOf(".qcow2")));
                    }
                }
            }
            return names;
        }

        /** To be looked at when QEMU has let go of it. */
        void holdsAll(String name) {
            whole.add(image(name));
        }

        JobRecord record() {
            return TestVm.get(store.find(key)).orElseThrow();
        }
    }

    JsonNode ask(String command) {
        return qemu.oracle().execute(command);
    }

    JsonNode ask(String command, String argumentsJson) {
        return qemu.oracle().execute(command, argumentsJson);
    }

    /** Ends QEMU, and looks at all images that are to be whole. */
    void assertWhole() {
        end();
        for (Path image : whole) {
            DiskImages images = new DiskImages(Objects.requireNonNull(image.getParent()));
            images.check(image, "qcow2");
            assertThat(images.identical(image.resolveSibling("before.raw"), "raw", image, "qcow2"))
                    .as("%s holds what the guest saw", image)
                    .isTrue();
        }
    }

    private void end() {
        jobs.close();
        sameSession.close();
        otherSession.close();
        client.close();
        otherClient.close();
        qemu.close();
        store.close();
    }

    @Override
    public void close() {
        end();
        folder.close();
    }
}
