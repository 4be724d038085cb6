package io.cairn.block.option;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;

import java.util.ArrayList;
import java.util.List;

/// Random JSON values.
class JsonValues extends DomainContextBase {
    @Provide
    Arbitrary<JsonValue> values() {
        return tree(4);
    }

    @Provide
    Arbitrary<JsonObject> objects() {
        return object(tree(3));
    }

    private static Arbitrary<JsonValue> tree(int depth) {
        if (depth == 0) {
            return scalars();
        }
        Arbitrary<JsonValue> below = tree(depth - 1);
        return Arbitraries.oneOf(
                List.of(
                        scalars(),
                        below.list().ofMaxSize(4).map(JsonArray::new),
                        object(below).map(object -> object)));
    }

    private static Arbitrary<JsonObject> object(Arbitrary<JsonValue> below) {
        return Arbitraries.maps(keys(), below).ofMaxSize(6).map(JsonObject::new);
    }

    private static Arbitrary<String> keys() {
        return Arbitraries.strings().withChars("abcdefgh-_012").ofMinLength(1).ofMaxLength(8);
    }

    private static Arbitrary<JsonValue> scalars() {
        List<Arbitrary<? extends JsonValue>> all = new ArrayList<>();
        all.add(text().map(JsonString::new));
        all.add(Arbitraries.longs().map(JsonValue::of));
        all.add(Arbitraries.longs().map(JsonValue::ofUnsigned));
        all.add(fractions().map(JsonDouble::new));
        all.add(Arbitraries.of(JsonBoolean.values()));
        all.add(Arbitraries.just(JsonNull.NULL));
        return Arbitraries.oneOf(all.stream().map(a -> a.map(v -> (JsonValue) v)).toList());
    }

    /// A whole double prints as an integer does and comes back as one.
    private static Arbitrary<Double> fractions() {
        return Arbitraries.doubles().between(-1e9, 1e9).filter(value -> value != Math.rint(value));
    }

    private static Arbitrary<String> text() {
        return Arbitraries.integers()
                .between(0, Character.MAX_CODE_POINT)
                .filter(c -> c < 0xD800 || (c > 0xDFFF && (c & 0xFFFE) != 0xFFFE))
                .filter(c -> c < 0xFDD0 || c > 0xFDEF)
                .list()
                .ofMaxSize(8)
                .map(JsonValues::string);
    }

    private static String string(List<Integer> codePoints) {
        StringBuilder text = new StringBuilder();
        codePoints.forEach(text::appendCodePoint);
        return text.toString();
    }
}
