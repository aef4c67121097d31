package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A TCP door in front of a broker: lets everything through at once until it is told to delay it, or
 * to cut connections. Thread-safe.
 */
public final class TcpDoor implements AutoCloseable {

  private final InetSocketAddress target;
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile long delayNanos;

  /**
   * @param port on loopback where the door listens
   * @param target where it leads
   */
  TcpDoor(int port, InetSocketAddress target) throws IOException {
    this.target = target;
    listener = new ServerSocket(port, 100, InetAddress.getLoopbackAddress());
    daemon("tcp-door-" + port, this::accept);
  }

  /** {@code host:port} of the door. */
  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** How long each piece of data is held, in each direction, from now on; zero or more. */
  public void delay(Duration each) {
    delayNanos = each.toNanos();
  }

  /** Cuts all connections that are open now; new ones are taken. */
  public void cut() {
    open.forEach(TcpDoor::closeQuietly);
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket from = listener.accept();
        daemon("tcp-door-connect", () -> connect(from));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new AssertionError("the door cannot listen", e);
        }
      }
    }
  }

  private void connect(Socket from) {
    Socket to = new Socket();
    open.add(from);
    open.add(to);
    try {
      from.setTcpNoDelay(true);
      to.setTcpNoDelay(true);
      to.connect(target, 5_000);
      carry(from, to);
      carry(to, from);
    } catch (IOException e) {
      end(from, to);
    }
  }

  private void carry(Socket from, Socket to) throws IOException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    BlockingQueue<Piece> held = new ArrayBlockingQueue<>(256);
    daemon(
        "tcp-door-read",
        () -> {
          byte[] buffer = new byte[64 * 1024];
          try {
            int count = in.read(buffer);
            while (count >= 0) {
              Piece piece = new Piece(System.nanoTime() + delayNanos, Arrays.copyOf(buffer, count));
              while (!held.offer(piece, 1, TimeUnit.SECONDS)) {
                if (to.isClosed()) {
                  return;
                }
              }
              count = in.read(buffer);
            }
          } catch (IOException e) {
            // Cut, or gone: the other side learns of it next.
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          if (!held.offer(Piece.END)) {
            end(from, to);
          }
        });
    daemon(
        "tcp-door-write",
        () -> {
          try {
            Piece piece = held.take();
            while (piece != Piece.END) {
              TimeUnit.NANOSECONDS.sleep(piece.due() - System.nanoTime());
              out.write(piece.bytes());
              piece = held.take();
            }
          } catch (IOException e) {
            // Cut, or gone.
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          end(from, to);
        });
  }

  /** Data on its way, and when it may go on. */
  private static final class Piece {

    static final Piece END = new Piece(0, new byte[0]);

    private final long due;
    private final byte[] bytes;

    Piece(long due, byte[] bytes) {
      this.due = due;
      this.bytes = bytes;
    }

    long due() {
      return due;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  private void end(Socket from, Socket to) {
    open.remove(from);
    open.remove(to);
    closeQuietly(from);
    closeQuietly(to);
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed for us all the same.
    }
  }

  private static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }
}
