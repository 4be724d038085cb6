package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Collects the rules of a node: those of its file, then those of its options.
final class RuleSet {
    static final String INJECT_ERROR = "inject-error";
    static final String SET_STATE = "set-state";

    private RuleSet() {}

    /// Reads the file, if there is one, and takes the rules out of the options.
    static List<Rule> read(@Nullable String file, Options options) throws BlockException {
        List<Rule> rules = new ArrayList<>();
        if (file != null) {
            for (RuleFile.Section section : RuleFile.read(file)) {
                rules.add(ofSection(section));
            }
        }
        takeAll(options, INJECT_ERROR, Rule.InjectError.SCHEMA, rules);
        takeAll(options, SET_STATE, Rule.SetState.SCHEMA, rules);
        return rules;
    }

    private static Rule ofSection(RuleFile.Section section) throws InvalidOptionException {
        OptionSchema<? extends Rule> schema =
                section.group().equals(SET_STATE) ? Rule.SetState.SCHEMA : Rule.InjectError.SCHEMA;
        Options options = section.options();
        Options unknown = new Options(options);
        for (Option known : schema.list().options()) {
            unknown.take(known.name());
        }
        String first = unknown.firstKey();
        if (first != null) {
            throw new InvalidOptionException("Invalid parameter '" + first + "'");
        }
        return schema.read(options, Dialect.NODE);
    }

    /// Takes `group.0.*`, `group.1.*`, …, or a single `group.*`.
    private static void takeAll(
            Options options, String group, OptionSchema<? extends Rule> schema, List<Rule> into)
            throws InvalidOptionException {
        Options all = options.takeSub(group);
        int count = 0;
        while (all.hasSub(Integer.toString(count))) {
            into.add(take(all.takeSub(Integer.toString(count)), group, schema));
            count++;
        }
        if (count == 0 && !all.isEmpty()) {
            into.add(take(all, group, schema));
        } else {
            options.putSub(group, all);
        }
    }

    private static Rule take(Options options, String group, OptionSchema<? extends Rule> schema)
            throws InvalidOptionException {
        Rule rule = schema.read(options, Dialect.NODE);
        String left = options.firstKey();
        if (left != null) {
            throw new InvalidOptionException(
                    "[" + group + "] section doesn't support the option '" + left + "'");
        }
        return rule;
    }
}
