package io.cairn.cli.qmp;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;

/// A small schema with each kind of type.
final class Schemas {
    private static final String TYPES =
            """
            [{'name': 'blockdev-add', 'meta-type': 'command', 'arg-type': '1', 'ret-type': '0'},
             {'name': 'set', 'meta-type': 'command', 'arg-type': '2', 'ret-type': '0'},
             {'name': 'STOP', 'meta-type': 'event', 'arg-type': '0'},
             {'name': '0', 'meta-type': 'object', 'members': []},
             {'name': '1', 'meta-type': 'object', 'tag': 'driver',
              'members': [{'name': 'driver', 'type': '3'},
                          {'name': 'node-name', 'type': 'str', 'default': null}],
              'variants': [{'case': 'file', 'type': '4'}, {'case': 'qcow2', 'type': '5'}]},
             {'name': '2', 'meta-type': 'object',
              'members': [{'name': 'size', 'type': 'int'},
                          {'name': 'ratio', 'type': 'number', 'default': null},
                          {'name': 'flag', 'type': 'bool', 'default': null},
                          {'name': 'names', 'type': '[str]', 'default': null},
                          {'name': 'counts', 'type': '[int]', 'default': null},
                          {'name': 'limit', 'type': '7', 'default': null},
                          {'name': 'node', 'type': '1', 'default': null},
                          {'name': 'other', 'type': 'any', 'default': null}]},
             {'name': '3', 'meta-type': 'enum', 'values': ['file', 'qcow2'],
              'members': [{'name': 'file'}, {'name': 'qcow2'}]},
             {'name': '4', 'meta-type': 'object',
              'members': [{'name': 'filename', 'type': 'str'}]},
             {'name': '5', 'meta-type': 'object',
              'members': [{'name': 'file', 'type': '6'}]},
             {'name': '6', 'meta-type': 'alternate', 'members': [{'type': '1'}, {'type': 'str'}]},
             {'name': '7', 'meta-type': 'alternate',
              'members': [{'type': 'int'}, {'type': 'null'}]},
             {'name': '[str]', 'meta-type': 'array', 'element-type': 'str'},
             {'name': '[int]', 'meta-type': 'array', 'element-type': 'int'},
             {'name': 'str', 'meta-type': 'builtin', 'json-type': 'string'},
             {'name': 'int', 'meta-type': 'builtin', 'json-type': 'int'},
             {'name': 'number', 'meta-type': 'builtin', 'json-type': 'number'},
             {'name': 'bool', 'meta-type': 'builtin', 'json-type': 'boolean'},
             {'name': 'null', 'meta-type': 'builtin', 'json-type': 'null'},
             {'name': 'any', 'meta-type': 'builtin', 'json-type': 'value'}]
            """;

    private Schemas() {}

    static ServerSchema small() throws Exception {
        return new ServerSchema(
                (JsonArray) Json.parse(TYPES),
                (JsonArray) Json.parse("[{'name': 'set'}, {'name': 'hidden'}]"));
    }
}
