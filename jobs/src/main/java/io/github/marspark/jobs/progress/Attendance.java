package io.github.marspark.jobs.progress;

/** Who of the executors is at work. */
public interface Attendance {
    /** Where nobody asks. */
    Attendance NOT_KEPT = new Attendance() {
        @Override
        public void alive(String executor, long step) {
            // nobody asks
        }

        @Override
        public void failed(String sentence) {
            // nobody asks
        }
    };

    /** An executor has done so many steps. */
    void alive(String executor, long step);

    /** An executor cannot go on. */
    void failed(String sentence);
}
