package io.cairn.format.luks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.Amendment;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.CrashStates;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// Key slots of both versions: added, erased, and never lost.
@ParameterizedClass
@ValueSource(strings = {"version=1", "version=2,pbkdf=pbkdf2", "version=2,pbkdf-memory=64"})
class KeySlotAmendmentTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_261_122L);

    @Parameter private String creation = "";

    private final TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());

    @BeforeEach
    void create() throws BlockException {
        graph.graph().objects().add("secret", "s", new Options().put("data", "abc"));
        graph.graph().objects().add("secret", "n", new Options().put("data", "new"));
        graph.create(
                "luks",
                "disk",
                Keyval.parseOpts(creation + ",iter-time=0,key-secret=s,size=64k", null)
                        .toOptions());
    }

    @AfterEach
    void close() {
        graph.close();
    }

    @Test
    void anAddedPassphraseOpensAndAnErasedOneDoesNot() throws BlockException {
        amend("s", "state=active,new-secret=n,iter-time=0", false);
        open("s").close();
        open("n").close();

        amend("n", "state=inactive,old-secret=s", false);

        open("n").close();
        assertThatThrownBy(() -> open("s"))
                .hasMessageContaining("Invalid password, cannot unlock any keyslot");
    }

    @Test
    void theLastKeyGoesByForceAlone() throws BlockException {
        assertThatThrownBy(() -> amend("s", "state=inactive,keyslot=0", false))
                .hasMessageContaining("refusing operation");
        assertThatThrownBy(() -> amend("s", "state=inactive,old-secret=s", false))
                .hasMessageContaining("refusing operation");
        open("s").close();

        amend("s", "state=inactive,keyslot=0", true);

        assertThatThrownBy(() -> open("s")).hasMessageContaining("Invalid password");
    }

    @Test
    void anErasedPassphraseGivesNobodyAnother() throws BlockException {
        try (BlockBackend disk = open("s")) {
            amend(disk, "state=active,new-secret=n,iter-time=0", false);
            amend(disk, "state=inactive,old-secret=s", false);

            String again = "state=active,keyslot=3,new-secret=s,iter-time=0";
            assertThatThrownBy(() -> amend(disk, again, false))
                    .hasMessageContaining("Invalid password, cannot unlock any keyslot");
            amend(disk, again + ",secret=n", false);
        }
        open("s").close();
    }

    @Test
    void keysAreChangedAloneAndEverythingElseIsShared() throws BlockException {
        try (BlockBackend disk = open("s")) {
            BlockNode storage = disk.node().children().getFirst().node();
            try (BlockBackend other =
                    graph.graph()
                            .newBackend(
                                    "",
                                    storage,
                                    Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE),
                                    Permissions.ALL)) {
                assertThat(other.node()).isSameAs(storage);
                assertThatThrownBy(() -> amend(disk, "state=inactive,keyslot=1", true))
                        .hasMessageContaining("Permission conflict")
                        .hasMessageContaining("consistent read");
            }
            amend(disk, "state=inactive,keyslot=1", true);
        }
    }

    @Test
    void anActiveSlotIsNotOverwritten() {
        assertThatThrownBy(() -> amend("s", "state=active,new-secret=n,keyslot=0", false))
                .hasMessageContaining("Refusing to overwrite active keyslot 0");
        assertThatThrownBy(() -> amend("s", "state=active,new-secret=n,keyslot=99", false))
                .hasMessageContaining("Invalid keyslot 99");
    }

    /// Wherever a crash cuts the change of passphrases short, one of the two opens.
    @Test
    void noCrashLosesAllKeys() throws Exception {
        MemoryStorage storage = graph.host().get("disk");
        byte[] initial = storage.content();
        storage.record();
        amend("s", "state=active,new-secret=n,iter-time=0", false);
        amend("n", "state=inactive,old-secret=s", false);

        int[] states = new int[1];
        new CrashStates(initial, storage.ops(), SEED, 0)
                .forEach((image, flushed, cut, description) -> {
                    states[0]++;
                    graph.host().put("disk", new MemoryStorage(image));
                    assertThat(opens("s") || opens("n")).as(description).isTrue();
                });

        assertThat(states[0]).isGreaterThan(4);
    }

    private boolean opens(String secret) {
        try {
            open(secret).close();
            return true;
        } catch (BlockException _) {
            return false;
        }
    }

    private BlockBackend open(String secret) throws BlockException {
        return graph.open("luks", "disk", new Options().put("key-secret", secret));
    }

    private void amend(String secret, String options, boolean isForced) throws BlockException {
        try (BlockBackend disk = open(secret)) {
            amend(disk, options, isForced);
        }
    }

    private void amend(BlockBackend disk, String options, boolean isForced) throws BlockException {
        try (Amendment amendment = Amendment.begin(graph.graph(), disk.node())) {
            amendment.amend(Keyval.parseOpts(options, null).toOptions(), isForced);
        }
    }
}
