package io.cairn.block.object;

import io.cairn.block.BlockException;
import io.cairn.block.option.OptionSchema;

import java.util.List;

/// A type of objects whose properties are declared.
///
/// @param <R> the record of an object's properties
public interface ObjectType<R> {
    /// The properties, which every way to give them is read by.
    OptionSchema<R> schema();

    /// The properties as help lists them: `name=<type>`, sorted.
    List<String> help();

    /// Makes an object. The id is well-formed; the type asks whether it is free ({@link
    /// ObjectRegistry#requireFree}) when it has looked at what it sets as properties, and before it
    /// uses them.
    ///
    /// @throws BlockException if its properties contradict each other or name what is not there, or
    ///   the id is taken
    ObjectRegistry.UserObject make(String id, R properties, ObjectRegistry registry)
            throws BlockException;
}
