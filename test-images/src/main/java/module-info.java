/// What the tests of every module share: generators of deterministic images, the contracts that
/// drivers pass, wrappers that check or misbehave, and the recorder of crash states. It stands on
/// block-core alone, so block-core's own contract tests are found here.
module io.cairn.testimages {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive io.cairn.block;
    requires org.assertj.core;
    requires transitive org.junit.jupiter.api;
    requires org.junit.jupiter.params;

    exports io.cairn.testimages;
}
