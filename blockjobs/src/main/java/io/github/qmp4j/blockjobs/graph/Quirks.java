package io.github.qmp4j.blockjobs.graph;

import io.github.qmp4j.QmpGreeting.Version;
import io.github.qmp4j.blockjobs.ErrorPolicy;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.schema.QmpSchema;
import java.util.Collection;

/**
 * What must be avoided on some versions of QEMU because it kills them. Nothing else is ever asked of the version, and
 * even here only where nothing in the schema came together with the repair. Each line was seen on QEMU 5.2.0, 7.2.22,
 * 10.0.13 and 11.1.3.
 */
public final class Quirks {
    /**
     * The longest backing string that a qcow2 header holds, in bytes of UTF-8. With one byte more {@code block-commit}
     * kills every version (SIGSEGV) and {@code block-stream} fails after it has changed the graph.
     */
    public static final int LONGEST_BACKING_STRING = 1023;

    private static final Version LISTS_ENDED_PULLS = new Version(10, 0, 0);
    private static final Version LISTS_NODES_THAT_ARE_MADE = new Version(10, 0, 0);
    private static final Version LISTS_ENDED_BACKUPS = new Version(7, 2, 0);
    private static final Version ADDS_ABOVE_IO_THREADS = new Version(10, 0, 0);
    private static final Version PULLS_UNDER_IO_THREADS_UNTIL = new Version(8, 0, 0);
    /** A driver of QEMU 6.2, the release in which the mirror engine was mended. */
    private static final String MENDED_WITH = "blockdev-add/arg/driver/^copy-before-write";

    private final Version version;

    public Quirks(Version version) {
        this.version = version;
    }

    /**
     * Whether {@code query-named-block-nodes} is safe while jobs of these types exist. A pull that has ended and is not
     * dismissed makes it kill 7.2, a backup 5.2 (SIGSEGV); and one that runs may end at any instant.
     */
    boolean mayListNodes(Collection<JobType> existing) {
        return (version.compareTo(LISTS_ENDED_PULLS) >= 0 || !existing.contains(JobType.PULL))
                && (version.compareTo(LISTS_ENDED_BACKUPS) >= 0 || !existing.contains(JobType.BACKUP));
    }

    /**
     * Whether {@code query-named-block-nodes} is safe while {@code blockdev-create} makes an image: the node that it opens for
     * that is listed before its header is read. 5.2 and 7.2 then end in SIGABRT, at the second image or so; 10.0 and 11.1 made some
     * 300 beside 2,000 listings.
     */
    public boolean mayListNodesThatAreMade() {
        return version.compareTo(LISTS_NODES_THAT_ARE_MADE) >= 0;
    }

    /**
     * Whether a node may be added above one that an I/O thread runs. On 5.2 and 7.2 {@code blockdev-add} then ends in SIGABRT;
     * 10.0 and 11.1 add it, and take the node from its thread if no guest device holds it there.
     */
    public boolean survivesNodesAboveIoThreads() {
        return version.compareTo(ADDS_ABOVE_IO_THREADS) >= 0;
    }

    /**
     * Whether a pull may go into a node that an export has given to an I/O thread. On 10.0 and 11.1 {@code block-stream} then ends
     * in SIGABRT; a guest device does no harm. Versions between 7.2 and 10.0 were not tried.
     */
    public boolean survivesPullsUnderIoThreads() {
        return version.compareTo(PULLS_UNDER_IO_THREADS_UNTIL) < 0;
    }

    /**
     * Whether a copy or an active commit may have a policy other than {@link ErrorPolicy#REPORT}. On 5.2 an I/O error
     * after READY then ends in SIGABRT, or in a monitor that never answers again, as soon as the job is completed,
     * cancelled or resumed. The schema is asked, since what mended it came with a driver: QEMU 6.2 added
     * {@code copy-before-write}, 5.2 lacks it, and 7.2, 10.0 and 11.1, which have it, were seen to be safe.
     */
    public static boolean survivesErrorsAfterReady(QmpSchema schema) {
        return schema.has(MENDED_WITH);
    }

    /**
     * Whether a copy, by either engine, or an active commit may be started on a node that is exported by NBD. On 5.2 its filter
     * comes between the node and requests that are under way, which ends in SIGSEGV in one of four starts or so; pulls and
     * commits below the active layer put nothing there, and 7.2, 10.0 and 11.1 were seen to be safe.
     */
    public static boolean survivesStartUnderExports(QmpSchema schema) {
        return schema.has(MENDED_WITH);
    }
}
