package io.github.marspark.data.image;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URL;
import org.bytedeco.javacpp.Loader;

/**
 * Where libwebp lies on this machine: in the folder that JavaCPP keeps for native code, beside ND4J's.
 *
 * <p>So one folder of a machine must allow to execute what lies in it, and nothing is left in temporary folders.
 */
final class LibwebpFile {
    private static final String JNA_FOLDER = "jna.boot.library.path";
    private static final String JNA_COPIES_NOTHING = "jna.nounpack";

    private LibwebpFile() {}

    /**
     * Copies the library there if it is not there yet, and loads it.
     *
     * @throws IllegalStateException if this machine does not allow it
     */
    static NativeLibrary load() {
        try {
            return load(copied(LibwebpFile.class, System.mapLibraryName("webp-imageio")));
        } catch (IOException failure) {
            throw refused("libwebp", failure);
        }
    }

    static NativeLibrary load(File file) {
        try {
            prepareJna();
            return NativeLibrary.getInstance(file.getPath());
        } catch (IOException | LinkageError failure) {
            throw refused(file.getPath(), failure);
        }
    }

    /**
     * Lets JNA take its own native code from there as well: it would copy it to a folder below the user's, which may be
     * missing in a container. Later users of JNA find its settings as they were.
     */
    private static synchronized void prepareJna() throws IOException {
        if (System.getProperty(JNA_FOLDER) == null && System.getProperty(JNA_COPIES_NOTHING) == null) {
            String name = System.mapLibraryName("jnidispatch").replace(".dylib", ".jnilib");
            System.setProperty(JNA_FOLDER, copied(NativeLibrary.class, name).getParent());
            System.setProperty(JNA_COPIES_NOTHING, "true");
            try {
                Native.getDefaultStringEncoding(); // initialises the class
            } catch (LinkageError failure) {
                throw new IOException("JNA cannot be loaded from " + System.getProperty(JNA_FOLDER), failure);
            } finally {
                System.clearProperty(JNA_FOLDER);
                System.clearProperty(JNA_COPIES_NOTHING);
            }
        }
    }

    private static File copied(Class<?> owner, String name) throws IOException {
        URL resource = owner.getResource(Platform.RESOURCE_PREFIX + "/" + name);
        if (resource == null) {
            throw new FileNotFoundException(name + " does not come for " + Platform.RESOURCE_PREFIX);
        }
        File file = Loader.cacheResource(resource);
        if (file == null) {
            throw new FileNotFoundException(name + " could not be copied to JavaCPP's folder");
        }
        return file;
    }

    private static IllegalStateException refused(String what, Throwable failure) {
        return new IllegalStateException(
                "WebP images cannot be decoded on this machine: " + what + " cannot be loaded (" + failure.getMessage()
                        + "); it needs a folder that can be written to and whose files may be executed, as ND4J does,"
                        + " and -Dorg.bytedeco.javacpp.cachedir=FOLDER names another one",
                failure);
    }
}
