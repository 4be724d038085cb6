/// Block jobs with their scheduler, and the operations on whole images: info, create, convert,
/// check, compare, map, measure, resize, rebase and commit. The tools, QMP and a Java program that
/// embeds Cairn call the same ones.
module io.cairn.job {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive io.cairn.block;

    exports io.cairn.job.amend;
    exports io.cairn.job.backup;
    exports io.cairn.job.bench;
    exports io.cairn.job.commit;
    exports io.cairn.job.compare;
    exports io.cairn.job.convert;
    exports io.cairn.job.create;
    exports io.cairn.job.dd;
    exports io.cairn.job.disk;
    exports io.cairn.job.image;
    exports io.cairn.job.mirror;
    exports io.cairn.job.rebase;
    exports io.cairn.job.replication;
    exports io.cairn.job.scheduler;
    exports io.cairn.job.stream;
    exports io.cairn.job;
}
