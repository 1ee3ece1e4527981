import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.io.IOException;
import java.lang.reflect.Field;
import org.eclipse.jetty.http.BadMessageException;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration.Customizer;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Runs DynamoDB Local on the loopback interface alone. By itself it binds every interface and has no option against it, so
 * the connector of its web server is given the host before it starts. The arguments are DynamoDB Local's own; the port is
 * whichever is free, printed as "port N" once requests are served. Ends when standard input does, so that it never outlives
 * the process that started it, however that one ended. Compiled by "pnpm launcher" in this package; the class is committed.
 */
public final class LoopbackDynamoDB {
  public static void main(String[] arguments) throws Exception {
    System.setProperty("org.eclipse.jetty.LEVEL", "WARN");
    System.setProperty("org.eclipse.jetty.util.log.announce", "false");

    DynamoDBProxyServer dynamodb = ServerRunner.createServerFromCommandLineArgs(arguments);
    Field field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    ServerConnector connector = (ServerConnector) ((Server) field.get(dynamodb)).getConnectors()[0];
    connector.setHost("127.0.0.1");
    connector.setPort(0);
    Customizer refuseWebPages = (from, configuration, request) -> refuseWebPage(request);
    connector.getConnectionFactory(HttpConnectionFactory.class).getHttpConfiguration().addCustomizer(refuseWebPages);

    // Unlike start(), this one sends no usage report.
    dynamodb.safeStart();
    System.out.println("port " + connector.getLocalPort());

    awaitEndOfInput();
    // Every answered write is already on disk; stopping in order would only take longer.
    Runtime.getRuntime().halt(0);
  }

  /** A page that reaches the loopback interface by a rebound name says that name in Host; one that asks across origins, its Origin. */
  private static void refuseWebPage(Request request) {
    if (!request.getServerName().equals("127.0.0.1") || request.getHeader("Origin") != null) {
      throw new BadMessageException(403, "Only local requests are answered.");
    }
  }

  private static void awaitEndOfInput() {
    try {
      while (System.in.read() != -1) {}
    } catch (IOException closed) {
      // A broken pipe says the same as its end.
    }
  }
}
