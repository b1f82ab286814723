package io.github.qmp4j.blockjobs.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.JobConflictException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.PullRequest;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which jobs of ours may run side by side on head → upper → active → snap2 → snap1 → base. */
class NodeReservationTest {
    private static final BlockChain CHAIN =
            new BlockChain(Stream.of("head", "upper", "active", "snap2", "snap1", "base")
                    .map(JobPlanTest::node)
                    .toList());
    private static final Disk DISK =
            new Disk(Optional.empty(), Optional.of("/machine/peripheral/disk0/virtio-backend"), CHAIN, List.of());

    private static NodeReservation claim(BlockJobRequest request) {
        return NodeReservation.of(Planner.plan(CHAIN, request), DISK);
    }

    /** {@code pull INTO BASE}, {@code commit TOP BASE} or {@code copy}. */
    private static NodeReservation claim(String text) {
        String[] words = text.split(" ", -1);
        return switch (words[0]) {
            case "pull" -> {
                PullRequest pull = PullRequest.of("disk0").withInto(words[1]);
                yield claim(words.length > 2 ? pull.withBase(words[2]) : pull);
            }
            case "commit" -> claim(CommitRequest.of("disk0").withTop(words[1]).withBase(words[2]));
            default -> claim(CopyRequest.of("disk0", "/t", "raw"));
        };
    }

    @ParameterizedTest
    @CsvSource({
        "pull head active, pull snap2, true",
        "pull head active, commit snap2 base, false", // the root belongs to a commit too
        "pull upper snap2, commit snap1 base, false", // the overlay of what is committed
        "pull snap1, commit active snap2, true",
        "pull head active, pull active snap1, false", // the base of one is the top of the other
        "pull head snap2, pull active snap1, false",
        "pull head, pull snap2, false",
        "commit upper active, commit snap1 base, false",
        "commit active snap1, pull snap2 base, false",
        "commit head base, pull snap2, false", // an active commit has its disk alone
        "copy, pull snap2, false",
        "copy, commit snap1 base, false"
    })
    void letsOnlyJobsThatCannotDisturbEachOtherRunSideBySide(String one, String other, boolean allowed) {
        assertThat(claim(one).collision(claim(other)).isEmpty()).isEqualTo(allowed);
        assertThat(claim(other).collision(claim(one)).isEmpty()).isEqualTo(allowed);
    }

    /** QEMU itself refuses two pulls of one node, and lets two jobs have the same base below them. */
    @Test
    void keepsNodesApartThatTwoDisksShare() {
        BlockChain other = new BlockChain(
                Stream.of("other", "snap1", "base").map(JobPlanTest::node).toList());
        Disk disk1 =
                new Disk(Optional.empty(), Optional.of("/machine/peripheral/disk1/virtio-backend"), other, List.of());
        NodeReservation whole = NodeReservation.of(Planner.plan(other, PullRequest.of("disk1")), disk1);
        NodeReservation partial =
                NodeReservation.of(Planner.plan(other, PullRequest.of("disk1").withBase("snap1")), disk1);
        assertThat(whole.collision(claim("pull head"))).contains("node snap1 of disk disk1");
        assertThat(partial.collision(claim("pull head snap1"))).isEmpty();
        assertThat(whole.collision(claim("copy"))).isEmpty();
    }

    /** An exported node in the middle of a chain is a disk of its own, but not one that has nothing to do with the other. */
    @Test
    void keepsAnExportedNodeOfAChainForTheJobThatHasTheWhole() {
        BlockChain lower = new BlockChain(
                Stream.of("snap2", "snap1", "base").map(JobPlanTest::node).toList());
        Disk exported = new Disk(Optional.empty(), Optional.empty(), lower, List.of("e"));
        NodeReservation pull = NodeReservation.of(Planner.plan(lower, PullRequest.of("snap2")), exported);
        assertThat(pull.collision(claim("copy"))).isPresent();
        assertThat(pull.collision(claim("pull head active"))).isEmpty();
    }

    @Test
    void changesWhatIsKeptWhereTheChainHasChanged() {
        JobRegistry registry = new JobRegistry();
        JobRegistry.Reservation hold = registry.reserve(claim("pull head upper"), new JobId("j1"));
        registry.reserve(claim("pull snap2"), new JobId("j2"));
        assertThat(registry.change(hold, claim("pull head active"))).isFalse();
        assertThat(registry.change(hold, claim("pull head active"))).isTrue();
        assertThatThrownBy(() -> registry.change(hold, claim("pull head snap1")))
                .isInstanceOf(JobConflictException.class)
                .hasMessage("node snap2 of disk disk0 is in use by job j2; wait for its end, or cancel it");
    }
}
