/** Commands of people who decide about pairs: quarantine, takedowns, near copies. */
package io.pairstream.cli.review;
