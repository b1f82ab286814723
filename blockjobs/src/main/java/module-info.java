/** QEMU block jobs as futures that tell the truth: see the package {@code io.github.qmp4j.blockjobs}. */
module io.github.qmp4j.blockjobs {
    requires transitive io.github.qmp4j.core;
    requires org.slf4j;

    exports io.github.qmp4j.blockjobs;
}
