package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A change of a volume's key slots (QMP reference manual, "QCryptoBlockAmendOptionsLUKS").
///
/// @param state what the slots are to be
/// @param newSecret the id of the passphrase that opens a slot from now on
/// @param oldSecret the id of the passphrase of the slots that are meant
/// @param keyslot the slot that is meant, null for any
/// @param secret the id of the passphrase that opens the volume now, null for the one that it was
///   opened with
/// @param iterTime milliseconds that opening it is to take, null for the usual time
public record KeySlotAmendment(
        State state,
        @Nullable String newSecret,
        @Nullable String oldSecret,
        @Nullable Long keyslot,
        @Nullable Long iterTime,
        @Nullable String secret) {
    private static final String STATE = "state";
    private static final String NEW_SECRET = "new-secret";
    private static final String OLD_SECRET = "old-secret";
    private static final String SECRET = "secret";
    private static final String KEYSLOT = "keyslot";
    private static final String ITER_TIME = "iter-time";
    private static final String REFUSING =
            " erase all the data in the image irreversibly - refusing operation";
    private static final long UNSIGNED_INT = 0xffff_ffffL;

    /// What slots can be.
    public enum State {
        ACTIVE,
        INACTIVE
    }

    /// The options of a change; the command line lacks the last one.
    private static final OptionSchema<KeySlotAmendment> SCHEMA =
            OptionSchema.of(
                    OptionList.of(declare(""))
                            .plus(
                                    OptionList.of(
                                            Option.string(
                                                    SECRET,
                                                    "Password that unlocks the volume's key"))),
                    KeySlotAmendment::read);

    /// The declarations for the command line, each name behind a prefix.
    public static Option[] declare(String prefix) {
        return new Option[] {
            Option.choice(
                    prefix.concat(STATE),
                    "Select new state of affected keyslots (active/inactive)",
                    "active",
                    "inactive"),
            Option.string(
                    prefix.concat(NEW_SECRET),
                    "New secret to set in the matching keyslots. Empty string to erase"),
            Option.string(
                    prefix.concat(OLD_SECRET), "Select all keyslots that match this password"),
            Option.number(prefix.concat(KEYSLOT), "Select a single keyslot to modify explicitly"),
            Option.number(prefix.concat(ITER_TIME), "Time to spend in PBKDF in milliseconds")
        };
    }

    private static KeySlotAmendment read(OptionReader in) throws InvalidOptionException {
        State state = in.choice(STATE, State.values());
        if (state == null) {
            throw new InvalidOptionException("Parameter 'state' is missing");
        }
        return new KeySlotAmendment(
                state,
                in.string(NEW_SECRET),
                in.string(OLD_SECRET),
                in.numberIfGiven(KEYSLOT),
                in.numberIfGiven(ITER_TIME),
                in.string(SECRET));
    }

    /// Reads the change that options ask for, and makes it.
    ///
    /// @param opened the id of the secret by which the volume was opened, null for the registry's
    ///   own passphrase
    /// @param isForced also what may lose the data
    static void run(
            Volume volume,
            Options options,
            boolean isForced,
            ObjectRegistry objects,
            @Nullable String opened)
            throws BlockException {
        KeySlotAmendment change = SCHEMA.read(options, Dialect.COMMAND_LINE);
        options.requireEmpty("");
        switch (change.state) {
            case ACTIVE -> change.activate(volume, isForced, objects, opened);
            case INACTIVE -> change.erase(volume, isForced, objects);
        }
    }

    private void activate(
            Volume volume, boolean isForced, ObjectRegistry objects, @Nullable String opened)
            throws BlockException {
        if (newSecret == null) {
            throw new InvalidOptionException("'new-secret' is required to activate a keyslot");
        }
        if (oldSecret != null) {
            throw new InvalidOptionException(
                    "'old-secret' must not be given when activating keyslots");
        }
        int slot = keyslot == null ? freeSlot(volume) : slotIn(volume, keyslot & UNSIGNED_INT);
        if (!isForced && volume.isActive(slot)) {
            throw new InvalidOptionException(
                    "Refusing to overwrite active keyslot " + slot + " - please erase it first");
        }
        byte[] key = key(volume, objects, secret == null ? opened : secret);
        byte[] passphrase = Passphrases.get(objects, newSecret);
        try {
            long time = iterTime == null ? LuksCreateOptions.DEFAULT_ITER_TIME : iterTime;
            volume.addKey(slot, key, passphrase, time);
        } finally {
            Arrays.fill(key, (byte) 0);
            Arrays.fill(passphrase, (byte) 0);
        }
    }

    /// The volume's key, which needs a passphrase once more: a key that was erased meanwhile gives
    /// nobody another.
    private static byte[] key(Volume volume, ObjectRegistry objects, @Nullable String id)
            throws BlockException {
        byte[] passphrase = Passphrases.require(objects, id, LuksOptions.KEY_SECRET);
        try {
            return volume.unlock(passphrase);
        } finally {
            Arrays.fill(passphrase, (byte) 0);
        }
    }

    private static int freeSlot(Volume volume) throws InvalidOptionException {
        for (int slot = 0; slot < volume.slotCount(); slot++) {
            if (!volume.isActive(slot)) {
                return slot;
            }
        }
        throw new InvalidOptionException("Can't add a keyslot - all keyslots are in use");
    }

    private static int slotIn(Volume volume, long slot) throws InvalidOptionException {
        if (slot < 0 || slot >= volume.slotCount()) {
            throw new InvalidOptionException(
                    "Invalid keyslot "
                            + slot
                            + " specified, must be between 0 and "
                            + (volume.slotCount() - 1));
        }
        return (int) slot;
    }

    private void erase(Volume volume, boolean isForced, ObjectRegistry objects)
            throws BlockException {
        if (newSecret != null) {
            throw new InvalidOptionException(
                    "'new-secret' must not be given when erasing keyslots");
        }
        if (iterTime != null) {
            throw new InvalidOptionException("'iter-time' must not be given when erasing keyslots");
        }
        if (keyslot == null && oldSecret == null) {
            throw new InvalidOptionException(
                    "To erase keyslot(s), either explicit keyslot index or the password currently"
                            + " contained in them must be given");
        }
        byte[] passphrase = oldSecret == null ? null : Passphrases.get(objects, oldSecret);
        try {
            List<Integer> slots =
                    keyslot == null
                            ? matching(volume, passphrase, isForced)
                            : List.of(named(volume, keyslot, passphrase, isForced));
            for (int slot : slots) {
                volume.eraseKey(slot);
            }
        } finally {
            if (passphrase != null) {
                Arrays.fill(passphrase, (byte) 0);
            }
        }
    }

    private static int named(
            Volume volume, long number, byte @Nullable [] passphrase, boolean isForced)
            throws BlockException {
        int slot = slotIn(volume, number);
        if (passphrase != null && !opens(volume, slot, passphrase)) {
            throw new InvalidOptionException(
                    "Given keyslot "
                            + slot
                            + " doesn't contain the given old password for erase operation");
        }
        if (!isForced && !volume.isActive(slot)) {
            throw new InvalidOptionException(
                    // With the blank that the peer leaves.
                    "Given keyslot " + slot + " is already erased (inactive) ");
        }
        if (!isForced && active(volume).size() == 1) {
            throw new InvalidOptionException(
                    "Attempt to erase the only active keyslot " + slot + " which will" + REFUSING);
        }
        return slot;
    }

    private static List<Integer> matching(
            Volume volume, byte @Nullable [] passphrase, boolean isForced) throws BlockException {
        List<Integer> active = active(volume);
        List<Integer> matching = new ArrayList<>();
        for (int slot : active) {
            if (passphrase != null && opens(volume, slot, passphrase)) {
                matching.add(slot);
            }
        }
        if (matching.isEmpty()) {
            throw new InvalidOptionException(
                    "No keyslots match given (old) password for erase operation");
        }
        if (!isForced && matching.size() == active.size()) {
            throw new InvalidOptionException(
                    "All the active keyslots match the (old) password that was given and erasing"
                            + " them will"
                            + REFUSING);
        }
        return matching;
    }

    private static List<Integer> active(Volume volume) {
        List<Integer> active = new ArrayList<>();
        for (int slot = 0; slot < volume.slotCount(); slot++) {
            if (volume.isActive(slot)) {
                active.add(slot);
            }
        }
        return active;
    }

    private static boolean opens(Volume volume, int slot, byte[] passphrase) throws BlockException {
        byte[] key = volume.unlock(slot, passphrase).orElse(null);
        if (key == null) {
            return false;
        }
        Arrays.fill(key, (byte) 0);
        return true;
    }
}
