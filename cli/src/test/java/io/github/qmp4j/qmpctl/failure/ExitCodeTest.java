package io.github.qmp4j.qmpctl.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExitCodeTest {

    // The documented order: "with several disks the worst, in the order 6 1 8 5 4 7 0".
    @Test
    void theWorstOfSeveralComesInTheDocumentedOrder() {
        List<ExitCode> left = new ArrayList<>(List.of(ExitCode.values()));
        left.removeAll(List.of(ExitCode.DETACHED, ExitCode.NO_ANSWER, ExitCode.USAGE));
        List<Integer> order = new ArrayList<>();
        while (!left.isEmpty()) {
            ExitCode worst = ExitCode.worst(left);
            order.add(worst.number());
            left.remove(worst);
        }
        assertThat(order).containsExactly(6, 1, 8, 5, 4, 7, 0);
    }

    @Test
    void nothingAtAllIsDone() {
        assertThat(ExitCode.worst(List.of())).isEqualTo(ExitCode.DONE);
    }
}
