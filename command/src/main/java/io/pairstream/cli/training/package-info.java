/** Commands for trainers: views, batches, exports, and who has seen a pair. */
package io.pairstream.cli.training;
