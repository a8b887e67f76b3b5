package io.github.marspark.jobs.runtime;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A person's terminal, whose last line may move: what is printed stands above it. Lines are at most {@link #WIDEST} columns
 * wide, and no wider than the terminal. Thread-safe.
 */
public final class Terminal extends PrintStream {
    /** Columns of a line that moves, at most. */
    public static final int WIDEST = 100;

    private static final String BEGIN_ANEW = "\r\u001b[K";
    /** What a line's parts are separated by. */
    private static final String GAP = "  ";

    private final Screen screen;
    private final int columns;

    private Terminal(Screen screen, int columns) {
        super(screen, true, StandardCharsets.UTF_8);
        this.screen = screen;
        this.columns = Math.min(WIDEST, columns);
    }

    /**
     * A terminal of some width.
     *
     * @param out where its characters go
     * @param columns how wide it is
     */
    public static Terminal of(OutputStream out, int columns) {
        return new Terminal(new Screen(out), columns);
    }

    /**
     * Shows a line in place of the one that was shown before.
     *
     * @param line cut where it is too wide, at a gap between its parts if there is one; empty for none
     */
    public void move(String line) {
        screen.move(cut(line));
    }

    private String cut(String line) {
        if (line.length() < columns) {
            return line;
        }
        int gap = line.lastIndexOf(GAP, columns - 1 - GAP.length());
        return line.substring(0, gap > 0 ? gap : columns - 1);
    }

    /** Takes the line away before something is written, and shows it again below what was. */
    private static final class Screen extends FilterOutputStream {
        private String line = "";
        private boolean isAtBegin = true;

        Screen(OutputStream out) {
            super(out);
        }

        synchronized void move(String next) {
            if (next.equals(line)) {
                return;
            }
            line = next;
            try {
                if (isAtBegin) {
                    show(BEGIN_ANEW + line);
                }
            } catch (IOException gone) {
                line = ""; // as a PrintStream, which tells nobody that its reader has gone
            }
        }

        private void show(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        @Override
        public synchronized void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int count) throws IOException {
            if (count == 0) {
                return;
            }
            if (isAtBegin && !line.isEmpty()) {
                show(BEGIN_ANEW);
            }
            out.write(bytes, from, count);
            isAtBegin = bytes[from + count - 1] == '\n';
            if (isAtBegin && !line.isEmpty()) {
                show(line);
            }
        }
    }
}
