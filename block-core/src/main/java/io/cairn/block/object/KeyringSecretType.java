package io.cairn.block.object;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.OptionSchema;

import java.util.List;

/// The type `secret_keyring`.
final class KeyringSecretType implements ObjectType<KeyringProperties> {
    @Override
    public OptionSchema<KeyringProperties> schema() {
        return KeyringProperties.SCHEMA;
    }

    @Override
    public List<String> help() {
        return List.of(
                "format=<QCryptoSecretFormat>",
                "iv=<string>",
                "keyid=<string>",
                "serial=<int32_t>");
    }

    @Override
    public Secret make(String id, KeyringProperties properties, ObjectRegistry registry)
            throws BlockException {
        if (properties.serial() == 0) {
            throw new InvalidOptionException("'serial' should not be equal to 0");
        }
        if (properties.setsLoaded()) {
            throw new InvalidOptionException("Property 'secret_keyring.loaded' is not writable");
        }
        registry.requireFree(id);
        return Secret.of(id, properties, registry);
    }
}
