package io.cairn.block.object;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Options;
import io.cairn.block.throttle.ThrottleClock;
import io.cairn.block.throttle.ThrottleGroups;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The objects of one graph, by id. Thread-safe.
public final class ObjectRegistry {
    /// Something that can be made by `--object TYPE,id=ID,…`.
    public interface UserObject extends AutoCloseable {
        /// The object's type, as `--object` names it.
        String type();

        /// Why the object cannot be removed now, or empty.
        default Optional<String> inUse() {
            return Optional.empty();
        }

        /// Lets nobody begin to use the object any more, so that it can be removed; false if
        /// somebody uses it.
        default boolean retire() {
            return inUse().isEmpty();
        }

        /// Releases what the object holds; wipes keys.
        @Override
        default void close() {}
    }

    /// The id of what {@link #addPassphrase} makes.
    private static final String PASSPHRASE = "passphrase";

    private final Map<String, ObjectType<?>> types = new LinkedHashMap<>();
    private final Map<String, UserObject> objects = new LinkedHashMap<>();
    private final ThrottleGroups throttleGroups = new ThrottleGroups(ThrottleClock.SYSTEM);
    private boolean hasPassphrase;

    /// A registry that knows the built-in types.
    public ObjectRegistry() {
        types.put(Secret.TYPE, new SecretType());
        types.put(Secret.KEYRING_TYPE, new KeyringSecretType());
        types.put(ThrottleGroupObject.TYPE, new ThrottleGroupType());
        types.put(IothreadType.TYPE, new IothreadType());
    }

    /// The throttle groups, those of objects among them.
    public ThrottleGroups throttleGroups() {
        return throttleGroups;
    }

    /// Makes a type known, replacing one of the same name.
    public synchronized void addType(String name, ObjectType<?> type) {
        types.put(name, type);
    }

    /// The names of the types that can be made.
    public synchronized List<String> types() {
        return List.copyOf(types.keySet());
    }

    /// The type of that name.
    public synchronized Optional<ObjectType<?>> type(String name) {
        return Optional.ofNullable(types.get(name));
    }

    /// Makes an object from the text of a command line; see {@link #add(String, String, Options,
    /// Dialect)}.
    public UserObject add(String type, String id, Options properties) throws BlockException {
        return add(type, id, properties, Dialect.KEYVAL);
    }

    /// Makes an object. Throws an {@link InvalidOptionException} for an unknown type, a bad or
    /// taken id, a bad property.
    ///
    /// @param dialect by which rules the properties are read
    public synchronized UserObject add(String type, String id, Options properties, Dialect dialect)
            throws BlockException {
        ObjectType<?> known = types.get(type);
        if (known == null) {
            throw new InvalidOptionException("invalid object type: " + type);
        }
        UserObject object = make(known, id, properties, dialect);
        objects.put(id, object);
        return object;
    }

    private <R> UserObject make(ObjectType<R> type, String id, Options properties, Dialect dialect)
            throws BlockException {
        R read = type.schema().read(properties, dialect);
        properties.requireEmpty("");
        requireWellFormed(id);
        return type.make(id, read, this);
    }

    private static void requireWellFormed(String id) throws BlockException {
        if (!isWellFormedId(id)) {
            throw new InvalidOptionException("Parameter 'id' expects an identifier")
                    .withHint(
                            "Identifiers consist of letters, digits, '-', '.', '_', starting with a"
                                    + " letter.");
        }
    }

    /// Makes a secret of the id {@value #PASSPHRASE}, which is the passphrase of every encrypted
    /// image whose options name none.
    ///
    /// @param passphrase is the object's from now on
    public synchronized void addPassphrase(byte[] passphrase) throws BlockException {
        requireFree(PASSPHRASE);
        objects.put(PASSPHRASE, Secret.of(passphrase));
        hasPassphrase = true;
    }

    /// The id of the secret for images whose options name none, if {@link #addPassphrase} made one.
    public synchronized Optional<String> passphrase() {
        return hasPassphrase ? Optional.of(PASSPHRASE) : Optional.empty();
    }

    /// Refuses the id of an object that exists.
    public synchronized void requireFree(String id) throws InvalidOptionException {
        if (objects.containsKey(id)) {
            throw new InvalidOptionException(
                    "attempt to add duplicate property '" + id + "' to object (type 'container')");
        }
    }

    /// Removes and closes an object.
    public synchronized void remove(String id) throws BlockException {
        UserObject object = objects.get(id);
        if (object == null) {
            throw new InvalidOptionException("object '" + id + "' not found");
        }
        if (!object.retire()) {
            throw new BlockException(
                    Errno.EBUSY, "object '" + id + "' is in use, can not be deleted");
        }
        objects.remove(id);
        object.close();
    }

    /// The object of that id.
    public synchronized Optional<UserObject> find(String id) {
        return Optional.ofNullable(objects.get(id));
    }

    /// The ids of all objects, oldest first.
    public synchronized List<String> ids() {
        return List.copyOf(objects.keySet());
    }

    /// Removes and closes all objects, newest first.
    public synchronized void closeAll() {
        for (UserObject object : new ArrayList<>(objects.values()).reversed()) {
            object.close();
        }
        objects.clear();
    }

    private static boolean isWellFormedId(String id) {
        if (id.isEmpty() || !isLetter(id.charAt(0))) {
            return false;
        }
        for (int i = 1; i < id.length(); i++) {
            char c = id.charAt(i);
            if (!isLetter(c) && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
