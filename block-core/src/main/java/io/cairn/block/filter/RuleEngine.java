package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Decides which requests fail: rules become active at events and hit requests from then on.
///
/// An event at which rules to fail match makes exactly those active; one at which none matches
/// changes nothing. The state that an event leads to holds from the next event on. Thread-safe.
final class RuleEngine {
    // All guarded by this.
    private final List<Rule> rules;
    private List<Rule.InjectError> active = new ArrayList<>();
    private long state = 1;

    /// Whether no rule is active and none ever will be.
    private volatile boolean isIdle;

    RuleEngine(List<Rule> rules) {
        this.rules = new ArrayList<>(rules);
        this.isIdle = rules.isEmpty();
        reached(DebugEvent.NONE);
    }

    /// Whether no request can be hit, now or ever.
    boolean isIdle() {
        return isIdle;
    }

    /// An event happens.
    void reached(DebugEvent event) {
        if (isIdle) {
            return;
        }
        synchronized (this) {
            List<Rule.InjectError> matching = new ArrayList<>();
            long next = state;
            for (Rule rule : rules.reversed()) {
                if (rule.matches(event, state)) {
                    switch (rule) {
                        case Rule.InjectError inject -> matching.addFirst(inject);
                        case Rule.SetState set -> next = set.newState();
                    }
                }
            }
            state = next;
            if (!matching.isEmpty()) {
                active = matching;
            }
        }
    }

    /// A request is about to go on to the child.
    ///
    /// @throws BlockException if an active rule hits it
    void check(IoType type, long offset, long length) throws BlockException {
        if (isIdle) {
            return;
        }
        Rule.InjectError hit = hit(type, offset, length);
        if (hit != null && hit.errno() > 0) {
            Errno errno = Errno.of((int) Math.min(hit.errno(), Integer.MAX_VALUE));
            throw new BlockException(errno, errno.text());
        }
    }

    private synchronized Rule.@Nullable InjectError hit(IoType type, long offset, long length) {
        for (int i = 0; i < active.size(); i++) {
            Rule.InjectError rule = active.get(i);
            if (rule.hits(type, offset, length)) {
                if (rule.once()) {
                    active.remove(i);
                    rules.remove(rule);
                    isIdle = rules.isEmpty();
                }
                return rule;
            }
        }
        return null;
    }
}
