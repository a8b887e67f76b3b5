package io.github.marspark.data.image;

import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.spi.ServiceRegistry;

/**
 * One decoder class a format, chosen once.
 *
 * <p>Image I/O finds its plug-ins through the context class loader of whichever thread asks first, which under Spark
 * is a matter of luck, and its registry must not change while others look into it. So the classes are named here and
 * registered in a registry of our own while this class is initialised. Thread-safe; the readers it hands out are not.
 */
final class ImageReaders {
    private static final Map<ImageFormat, ImageReaderSpi> PROVIDERS = providers();

    private static final ImageReaderSpi FAX = builtIn("tiff");

    private ImageReaders() {}

    /** A fresh reader, to be disposed of by the caller. */
    static ImageReader create(ImageFormat format) throws IOException {
        return Objects.requireNonNull(PROVIDERS.get(format)).createReaderInstance();
    }

    /**
     * A fresh reader for TIFF files that are compressed as a fax is, of which the one for other TIFF files leaves white or
     * black what is missing.
     */
    static ImageReader createForFax() throws IOException {
        return FAX.createReaderInstance();
    }

    private static Map<ImageFormat, ImageReaderSpi> providers() {
        ImageIO.setUseCache(false); // else some decoders write temporary files
        Map<ImageFormat, ImageReaderSpi> providers = new EnumMap<>(ImageFormat.class);
        providers.put(ImageFormat.JPEG, overBuiltIn(new JPEGImageReaderSpi(), builtIn("jpeg")));
        providers.put(ImageFormat.PNG, builtIn("png"));
        providers.put(ImageFormat.GIF, builtIn("gif"));
        providers.put(ImageFormat.BMP, overBuiltIn(new BMPImageReaderSpi(), builtIn("bmp")));
        providers.put(ImageFormat.TIFF, new TIFFImageReaderSpi());
        return providers;
    }

    /** Registering makes the provider find the Java platform's own, to which it leaves a part of the work. */
    private static ImageReaderSpi overBuiltIn(ImageReaderSpi provider, ImageReaderSpi builtIn) {
        ServiceRegistry registry =
                new ServiceRegistry(List.<Class<?>>of(ImageReaderSpi.class).iterator());
        registry.registerServiceProvider(builtIn, ImageReaderSpi.class);
        registry.registerServiceProvider(provider, ImageReaderSpi.class);
        return provider;
    }

    private static ImageReaderSpi builtIn(String plugin) {
        Iterator<ImageReaderSpi> all =
                IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
        while (all.hasNext()) {
            ImageReaderSpi provider = all.next();
            if (provider.getClass().getName().startsWith("com.sun.imageio.plugins." + plugin + ".")) {
                return provider;
            }
        }
        throw new IllegalStateException("this Java runtime has no " + plugin
                + " image reader: module java.desktop of an" + " OpenJDK runtime is needed");
    }
}
