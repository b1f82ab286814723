package io.github.qmp4j.testkit;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.LazyFuture;

/**
 * A QEMU without a guest, or a {@code qemu-storage-daemon}, in a container of its own.
 *
 * <p>Its monitor is a UNIX socket in a folder that the container shares with this JVM, so the container needs no network and has
 * none, and the engine must run on this machine; {@link #withMonitorOverTcp()} needs neither. When {@link #start()} returns, the
 * monitor has greeted and no client is connected to it. A failed start gives all that QEMU wrote.
 *
 * <p>QEMU runs as the user of this JVM. Methods named {@code with} only have an effect before the start. For one thread at a time.
 */
public final class QemuContainer extends GenericContainer<QemuContainer> {
    private static final String SHARED = "/run/qmp4j";
    private static final String MONITOR = "qmp.sock";
    private static final int PORT = 4444;
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);

    private static final int QUIT_SECONDS = 3;

    private final String name;
    private final ContainerCommand command = new ContainerCommand();
    private final List<Path> folders = new ArrayList<>();
    private boolean tcp;
    /** Where QEMU listens when it has the network of this machine. */
    private int hostPort;
    /** From the start to the end. */
    private @Nullable TempFolder shared;

    /** QEMU of an image that has {@code qemu-system-x86_64} or {@code qemu-storage-daemon}, and a shell. */
    public QemuContainer(DockerImageName image) {
        super(image);
        name = image.toString();
        prepare();
    }

    /** As {@link #QemuContainer(DockerImageName)}, by the image's name. */
    public QemuContainer(String image) {
        this(DockerImageName.parse(image));
    }

    private QemuContainer(String name, LazyFuture<String> image) {
        super(image);
        this.name = name;
        prepare();
    }

    /**
     * QEMU {@code 5.2}, {@code 7.2}, {@code 10.0} or {@code 11.1}, as Debian has them. The image is built at the first start, of a
     * Dockerfile in this library, and kept by the engine.
     */
    public static QemuContainer ofVersion(String version) {
        LazyFuture<String> image = new LazyFuture<>() {
            @Override
            protected String resolve() {
                return QemuImage.of(version);
            }
        };
        // An image that was built here is in no registry.
        return new QemuContainer("QEMU " + version, image).withImagePullPolicy(built -> false);
    }

    private void prepare() {
        waitingFor(new MonitorGreets(this));
        withStartupCheckStrategy(new MonitorGreets.Judges());
        withCreateContainerCmdModifier(this::describe);
    }

    /** Runs {@code qemu-storage-daemon} and not {@code qemu-system-x86_64}. */
    public QemuContainer withStorageDaemon() {
        command.runDaemon();
        return this;
    }

    /** Adds arguments as they are. */
    public QemuContainer withArguments(String... arguments) {
        command.add(arguments);
        return this;
    }

    /** The machine type; {@code q35} unless said otherwise. The storage daemon has none. */
    public QemuContainer withMachine(String type) {
        command.machine(type);
        return this;
    }

    /** Adds {@code --blockdev} with these options, JSON or QEMU's key=value form. */
    public QemuContainer withBlockdev(String options) {
        return withArguments("--blockdev", options);
    }

    /** Adds a format node of this name on a file; the file node is {@code NODE-file}. The path is the container's. */
    public QemuContainer withImageNode(String node, String image, String format) {
        return withBlockdev(RealQemuBuilder.blockdevOptions(node, image, format));
    }

    /** Adds {@code -device} with these options; the storage daemon has no devices. */
    public QemuContainer withDevice(String options) {
        return withArguments("-device", options);
    }

    /** Adds a virtio-blk disk of this device id on {@link #withImageNode(String, String, String)}. */
    public QemuContainer withDisk(String device, String node, String image, String format) {
        return withImageNode(node, image, format).withDevice(RealQemuBuilder.deviceOptions(device, node));
    }

    /** Shares a folder of this machine with QEMU, at the same path, so that names of images mean the same to both. */
    public QemuContainer withFolder(Path folder) {
        folders.add(folder.toAbsolutePath());
        return this;
    }

    /**
     * A new image inside the container, made by its {@code qemu-img} before QEMU starts; of this virtual size in bytes. A name that
     * is not absolute is one in {@code /tmp}, where QEMU is started.
     */
    public QemuContainer withImage(String image, String format, long bytes) {
        return withPreparation("qemu-img", "create", "-q", "-f", format, image, Long.toString(bytes));
    }

    /** A new qcow2 image inside the container, on top of another. The backing file is recorded as given. */
    public QemuContainer withOverlay(String image, String backing, String backingFormat) {
        return withPreparation("qemu-img", "create", "-q", "-f", "qcow2", "-b", backing, "-F", backingFormat, image);
    }

    /** Runs a program in the container before QEMU starts, after those given before; it must end with status 0. */
    public QemuContainer withPreparation(String... program) {
        command.prepare(program);
        return this;
    }

    /**
     * Puts the monitor on a TCP port that the engine maps, for an engine on another machine. With the network mode {@code host} QEMU
     * listens on a free port of this machine's loopback address.
     */
    public QemuContainer withMonitorOverTcp() {
        tcp = true;
        return this;
    }

    /** The UNIX socket of the monitor; throws {@link IllegalStateException} if it is not started or uses TCP. */
    public Path monitor() {
        if (shared == null || tcp) {
            throw new IllegalStateException(tcp ? "the monitor is at monitorAddress()" : "not started");
        }
        return shared.resolve(MONITOR);
    }

    /** The TCP address of the monitor; throws {@link IllegalStateException} if it is not started or uses a UNIX socket. */
    public InetSocketAddress monitorAddress() {
        if (!tcp) {
            throw new IllegalStateException("the monitor is at monitor()");
        }
        return onHostNetwork()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), hostPort)
                : new InetSocketAddress(getHost(), getMappedPort(PORT));
    }

    /** Takes the only slot of the monitor until it is closed; the time-out holds for each step of it and each command. */
    RawMonitor connect(Duration timeout) {
        return tcp ? RawMonitor.connect(monitorAddress(), timeout) : RawMonitor.connect(monitor(), timeout);
    }

    /** Takes the only slot of the monitor until it is closed; each of its commands may take 20 s. */
    public RawMonitor connect() {
        return connect(COMMAND_LIMIT);
    }

    /**
     * Starts it and waits until the monitor has greeted, at most 60 s unless {@code withStartupTimeout} says otherwise.
     *
     * @throws TestkitException if there is no engine or no image
     * @throws ContainerLaunchException if QEMU does not start; it carries what QEMU wrote
     */
    @Override
    public void start() {
        if (getContainerId() != null) {
            return;
        }
        Engine.client();
        try {
            super.start();
        } catch (ContainerLaunchException e) {
            close();
            throw clearer(e);
        }
    }

    @Override
    protected void configure() {
        shared = TempFolder.create("qemu");
        if (tcp && onHostNetwork()) {
            hostPort = freePort();
        } else if (tcp) {
            addExposedPort(PORT);
        }
        setCommand(command.words(monitorPlace()));
        setWorkingDirectory("/tmp");
    }

    /** Testcontainers kills, which would lose what QEMU has not written to its images yet. */
    @Override
    protected void containerIsStopping(@Nullable InspectContainerResponse started) {
        try {
            getDockerClient()
                    .stopContainerCmd(getContainerId())
                    .withTimeout(QUIT_SECONDS)
                    .exec();
        } catch (NotModifiedException | NotFoundException ended) {
            // as wished
        }
    }

    /** Ends QEMU by SIGTERM, after 3 s by SIGKILL, and deletes the folder of its socket. */
    @Override
    public void stop() {
        super.stop();
        if (shared != null) {
            shared.close();
            shared = null;
        }
    }

    private void describe(CreateContainerCmd description) {
        if (shared == null) {
            throw new IllegalStateException("not configured");
        }
        HostConfig host = Engine.asThisUser(description, shared.path());
        List<Bind> binds = new ArrayList<>(List.of(host.getBinds() == null ? new Bind[0] : host.getBinds()));
        for (Path folder : folders) {
            binds.add(new Bind(folder.toString(), new Volume(folder.toString())));
        }
        if (!tcp) {
            binds.add(new Bind(shared.path().toString(), new Volume(SHARED)));
            if (getNetwork() == null && getNetworkMode() == null) {
                host.withNetworkMode("none");
            }
        }
        host.withBinds(binds);
        Objects.requireNonNull(description.getLabels()).putAll(Engine.labels(name));
    }

    private String monitorPlace() {
        if (tcp) {
            return onHostNetwork() ? "host=127.0.0.1,port=" + hostPort : "host=0.0.0.0,port=" + PORT;
        }
        return "path=" + SHARED + "/" + MONITOR;
    }

    private boolean onHostNetwork() {
        return "host".equals(getNetworkMode());
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new TestkitException("no free port for the monitor: " + e.getMessage(), e);
        }
    }

    /** Our own sentence, where Testcontainers has wrapped it. */
    private static RuntimeException clearer(ContainerLaunchException wrapped) {
        for (Throwable each = wrapped; each != null; each = each.getCause()) {
            if (each instanceof TestkitException ours) {
                return new ContainerLaunchException(ours.getMessage(), wrapped);
            }
        }
        return wrapped;
    }

    @Override
    public String toString() {
        return name;
    }
}
