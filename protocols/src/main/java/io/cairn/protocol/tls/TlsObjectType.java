package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.object.ObjectType;
import io.cairn.block.option.OptionSchema;

import java.util.List;

/// A type of this package: its properties, and what makes an object of them.
record TlsObjectType<R>(OptionSchema<R> schema, List<String> help, Maker<R> maker)
        implements ObjectType<R> {
    /// Makes an object.
    @FunctionalInterface
    interface Maker<R> {
        ObjectRegistry.UserObject make(R properties, ObjectRegistry registry) throws BlockException;
    }

    @Override
    public ObjectRegistry.UserObject make(String id, R properties, ObjectRegistry registry)
            throws BlockException {
        registry.requireFree(id);
        return maker.make(properties, registry);
    }
}
