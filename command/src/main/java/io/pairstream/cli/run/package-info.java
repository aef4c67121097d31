/** Commands that run the platform, or one service of it, until they are stopped. */
package io.pairstream.cli.run;
