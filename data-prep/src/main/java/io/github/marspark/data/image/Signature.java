package io.github.marspark.data.image;

/**
 * First bytes of the files of a format.
 *
 * @param pattern a character a byte; a question mark stands for any
 */
record Signature(String pattern) {
    boolean begins(byte[] file) {
        if (file.length < pattern.length()) {
            return false;
        }
        for (int at = 0; at < pattern.length(); at++) {
            if (pattern.charAt(at) != '?' && pattern.charAt(at) != (file[at] & 0xff)) {
                return false;
            }
        }
        return true;
    }
}
