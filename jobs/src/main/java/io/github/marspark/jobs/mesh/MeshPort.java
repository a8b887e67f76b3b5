package io.github.marspark.jobs.mesh;

import org.nd4j.parameterserver.distributed.v2.transport.PortSupplier;

/**
 * The same port everywhere. DL4J's own class for it forgets the port it is given.
 *
 * @param port UDP port
 */
record MeshPort(int port) implements PortSupplier {
    @Override
    public int getPort() {
        return port;
    }
}
