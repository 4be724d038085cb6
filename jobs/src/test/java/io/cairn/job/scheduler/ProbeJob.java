package io.cairn.job.scheduler;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// A job that does what a test tells it.
final class ProbeJob extends Job {
    final List<String> hooks = new CopyOnWriteArrayList<>();
    volatile boolean isDone;
    volatile boolean isReady;
    volatile boolean endsWellWhenReady;
    volatile @Nullable BlockException failure;
    volatile @Nullable BlockException prepareFailure;
    volatile @Nullable BlockException requestFailure;
    volatile OnError policy = OnError.REPORT;

    ProbeJob(JobScheduler scheduler, JobSettings settings, @Nullable JobGroup group)
            throws BlockException {
        super(scheduler, settings, group);
        setLength(100);
    }

    @Override
    public String type() {
        return "stream";
    }

    /// Has the job look at what was set.
    void nudge() {
        kick();
    }

    void end() {
        isDone = true;
        kick();
    }

    @Override
    protected void run() throws BlockException {
        while (!isDone) {
            if (isReady) {
                becomeReady();
            }
            if (endsWellWhenReady && isCancelRequested()) {
                return;
            }
            BlockException e = failure;
            if (e != null) {
                throw e;
            }
            BlockException request = requestFailure;
            if (request != null && failed(policy, true, request) == OnError.Action.REPORT) {
                throw request;
            } else if (request != null) {
                requestFailure = null;
            }
            idle(TimeUnit.DAYS.toNanos(1));
        }
        advance(100);
    }

    @Override
    protected void completeRequested() {
        isDone = true;
    }

    @Override
    protected boolean isAbandonedWhenCancelled() {
        return !(endsWellWhenReady && isReady);
    }

    @Override
    protected void prepare() throws BlockException {
        hooks.add("prepare");
        BlockException e = prepareFailure;
        if (e != null) {
            throw e;
        }
    }

    @Override
    protected void commit() {
        hooks.add("commit");
    }

    @Override
    protected void abort() {
        hooks.add("abort");
    }

    @Override
    protected void clean() {
        hooks.add("clean");
    }
}
