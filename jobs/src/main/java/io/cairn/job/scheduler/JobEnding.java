package io.cairn.job.scheduler;

import io.cairn.block.BlockException;
import io.cairn.block.JobEvent;
import io.cairn.block.Workers;

import java.util.concurrent.locks.ReentrantLock;

/// How jobs end: alone or with their group, well or badly.
///
/// No hook of a job is called under the scheduler's lock, since hooks change the graph.
final class JobEnding {
    private final ReentrantLock lock;

    JobEnding(JobScheduler scheduler) {
        this.lock = scheduler.lock();
    }

    /// The work of a job is over. Called on its thread.
    void workEnded(Job job) {
        if (!job.isSuccessful()) {
            abortGroup(job);
            return;
        }
        boolean isLast = false;
        lock.lock();
        try {
            if (job.group().isAborting()) {
                return;
            }
            job.enter(JobState.WAITING);
            isLast = job.group().newestFirst().stream().allMatch(JobEnding::isWaiting);
            if (isLast) {
                job.group().newestFirst().forEach(this::becomePending);
            }
        } finally {
            lock.unlock();
        }
        boolean isAutomatic =
                job.group().newestFirst().stream().allMatch(j -> j.settings().autoFinalize());
        if (isLast && isAutomatic) {
            finalizeGroup(job.group());
        }
    }

    private static boolean isWaiting(Job job) {
        return job.state() == JobState.WAITING;
    }

    private void becomePending(Job job) {
        job.enter(JobState.PENDING);
        if (!job.settings().autoFinalize() && job.isBlockJob()) {
            job.tell(new JobEvent.Pending(job.id(), job.type()));
        }
    }

    /// Takes the last steps of jobs that are all pending.
    void finalizeGroup(JobGroup group) {
        lock.lock();
        try {
            if (!group.beginFinalize()) {
                return;
            }
        } finally {
            lock.unlock();
        }
        for (Job job : group.newestFirst()) {
            try {
                job.prepareToCommit();
            } catch (BlockException e) {
                job.fail(e);
                abortGroup(job);
                return;
            }
        }
        for (Job job : group.newestFirst()) {
            job.commit();
            job.clean();
            job.tellEnded();
            job.conclude();
        }
    }

    /// A user has cancelled a job whose work is over.
    void cancelledAfterWork(Job job) {
        boolean isAlone = job.group().newestFirst().stream().allMatch(Job::hasEnded);
        if (isAlone) {
            abortGroup(job);
        } else {
            Workers.startVirtual("job:" + job.id(), () -> abortGroup(job));
        }
    }

    /// Ends a group whose job has failed: the others first.
    private void abortGroup(Job failed) {
        lock.lock();
        try {
            if (!failed.group().beginAbort()) {
                return;
            }
        } finally {
            lock.unlock();
        }
        for (Job job : failed.group().newestFirst()) {
            if (job != failed) {
                job.markCancelled(true);
            }
        }
        for (Job job : failed.group().newestFirst()) {
            job.awaitEnd();
        }
        for (Job job : failed.group().newestFirst()) {
            if (job != failed) {
                abort(job);
            }
        }
        abort(failed);
    }

    private static void abort(Job job) {
        job.beginAbort();
        job.abort();
        job.clean();
        job.tellEnded();
        job.conclude();
    }
}
