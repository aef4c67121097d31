package io.pairstream.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A connection on which a test writes and reads what it likes. */
public final class RawClient implements Closeable {

  /** Longer than a server may wait for what its answer needs. */
  private static final int READ_WITHIN_MS = 300_000;

  private final Socket socket;

  public RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(READ_WITHIN_MS);
  }

  /** Writes the text as it is. */
  public void send(String text) throws IOException {
    send(text.getBytes(UTF_8));
  }

  /** Writes the bytes as they are. */
  public void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** Reads an answer's head with its empty line. */
  public String readHead() throws IOException {
    return readUntil("\r\n\r\n");
  }

  /** Reads up to the text and with it, or to the end. */
  public String readUntil(String end) throws IOException {
    StringBuilder read = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (read.indexOf(end) < 0) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      read.append((char) next);
    }
    return new String(read.toString().getBytes(StandardCharsets.ISO_8859_1), UTF_8);
  }

  /** Waits until the server closes the connection. */
  public boolean isClosedByServer() throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
