package io.github.marspark.jobs.sample;

import io.github.marspark.jobs.files.FileStore;
import io.github.marspark.jobs.files.Lease;
import io.github.marspark.jobs.recipe.SampleOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** How the images of a portion are written, and how one sees that all of them are there. */
sealed interface SampleForm extends Serializable {
    /** An image on its way to a file. */
    record Picture(String name, int label, byte[] png) {}

    /** Takes the images of one portion, in their order; what it has taken shows when it is done. */
    interface Sink {
        /** Takes one. */
        void add(Picture picture) throws IOException;

        /** All of the portion were taken. */
        void done() throws IOException;
    }

    /** The form that a recipe asks for. */
    static SampleForm of(SampleOutput output) {
        return switch (output) {
            case PNG -> new PngFiles();
            case WEBDATASET -> new TarShard();
            case PARQUET -> new ParquetShard();
        };
    }

    /** Begins to write a portion. */
    Sink open(FileStore folder, SamplePlan plan, int portion) throws IOException;

    /** The files of a portion, by their paths in the folder. */
    Set<String> files(SamplePlan plan, int portion);

    /** A file for each image. */
    record PngFiles() implements SampleForm {
        @Override
        public Sink open(FileStore folder, SamplePlan plan, int portion) {
            Map<String, FileStore> classes = new TreeMap<>();
            return new Sink() {
                @Override
                public void add(Picture picture) {
                    Lease.requireHeldByJob();
                    String file = file(picture.name(), picture.label());
                    int slash = file.indexOf('/');
                    classes.computeIfAbsent(
                                    file.substring(0, slash),
                                    name -> FileStore.at(folder.path(name).toString()))
                            .replace(file.substring(slash + 1), stream -> stream.write(picture.png()));
                }

                @Override
                public void done() {}
            };
        }

        @Override
        public Set<String> files(SamplePlan plan, int portion) {
            Set<String> files = new TreeSet<>();
            plan.images(portion).forEach(image -> files.add(file(plan.name(image), plan.label(image))));
            return files;
        }

        private static String file(String name, int label) {
            return "%04d/%s.png".formatted(Math.max(0, label), name);
        }
    }

    /** One file for a portion. */
    sealed interface Shard extends SampleForm {
        /** What the file's name ends with. */
        String ending();

        /** Begins a file. */
        Sink begin(FileStore folder, SamplePlan plan, String file) throws IOException;

        @Override
        default Sink open(FileStore folder, SamplePlan plan, int portion) throws IOException {
            String file = file(portion);
            String temporary = "." + file + ".tmp";
            Sink sink = begin(folder, plan, temporary);
            return new Sink() {
                @Override
                public void add(Picture picture) throws IOException {
                    sink.add(picture);
                }

                @Override
                public void done() throws IOException {
                    sink.done();
                    Lease.requireHeldByJob();
                    folder.publish(temporary, file);
                }
            };
        }

        @Override
        default Set<String> files(SamplePlan plan, int portion) {
            return Set.of(file(portion));
        }

        private String file(int portion) {
            return "images-%05d.%s".formatted(portion, ending());
        }
    }

    /** Of each image its bytes, its label as text, and what drew it as JSON. */
    record TarShard() implements Shard {
        @Override
        public String ending() {
            return "tar";
        }

        @Override
        public Sink begin(FileStore folder, SamplePlan plan, String file) {
            OutputStream stream = folder.create(file);
            TarArchiveOutputStream tar = new TarArchiveOutputStream(stream, StandardCharsets.UTF_8.name());
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            return new Sink() {
                @Override
                public void add(Picture picture) throws IOException {
                    member(tar, picture.name() + ".png", picture.png());
                    if (picture.label() >= 0) {
                        member(tar, picture.name() + ".cls", text(Integer.toString(picture.label())));
                    }
                    member(tar, picture.name() + ".json", text("{\"seed\": %d}".formatted(plan.seed())));
                }

                @Override
                public void done() throws IOException {
                    tar.close();
                }
            };
        }

        private static byte[] text(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        /** Without the time and the user, so that the same images are the same file. */
        private static void member(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(content.length);
            entry.setModTime(0L);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
    }

    /** A row for each image, with the names of columns that {@code encode} and {@code evaluate} find. */
    record ParquetShard() implements Shard {
        private static final MessageType SCHEMA = MessageTypeParser.parseMessageType(
                "message images { required binary id (STRING); optional int32 label; required binary image; }");

        @Override
        public String ending() {
            return "parquet";
        }

        @Override
        public Sink begin(FileStore folder, SamplePlan plan, String file) throws IOException {
            ParquetWriter<Group> writer = ExampleParquetWriter.builder(folder.path(file))
                    .withType(SCHEMA)
                    .withConf(folder.configuration())
                    .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                    .build();
            return new Sink() {
                @Override
                public void add(Picture picture) throws IOException {
                    Group row = new SimpleGroup(SCHEMA).append("id", picture.name());
                    if (picture.label() >= 0) {
                        row.append("label", picture.label());
                    }
                    writer.write(row.append("image", Binary.fromConstantByteArray(picture.png())));
                }

                @Override
                public void done() throws IOException {
                    writer.close();
                }
            };
        }
    }
}
