/** Commands on what has passed: the raw log kept, run again, compared and audited. */
package io.pairstream.cli.archive;
