package io.cairn.block.object;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.OptionSchema;

import java.util.List;

/// The type `secret`.
final class SecretType implements ObjectType<SecretProperties> {
    @Override
    public OptionSchema<SecretProperties> schema() {
        return SecretProperties.SCHEMA;
    }

    @Override
    public List<String> help() {
        return List.of(
                "data=<string>",
                "file=<string>",
                "format=<QCryptoSecretFormat>",
                "iv=<string>",
                "keyid=<string>");
    }

    @Override
    public Secret make(String id, SecretProperties properties, ObjectRegistry registry)
            throws BlockException {
        if (properties.setsLoaded()) {
            throw new InvalidOptionException("Property 'secret.loaded' is not writable");
        }
        registry.requireFree(id);
        return Secret.of(id, properties, registry);
    }
}
