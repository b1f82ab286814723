package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import java.util.List;

/**
 * What a start of a request would do to a disk, as it is now.
 *
 * @param job the job-id of the request; where it gives none a sample, in whose place the start makes another one
 * @param before the chain now
 * @param after the chain when the job has completed: with a pivot where it can have one, unless the request says
 *     {@link WhenReady#FINISH}
 * @param commands all that a start would send to change anything, in this order, the last of which starts the job; the proof that
 *     a header can be written is not among them, since it leaves the header as it is. Names of
 *     nodes and jobs that the library makes end in six random characters, which will be others
 * @param invalidated images whose contents will no longer mean what they do now, see {@link JobOutcome#invalidated()}
 * @param plainText whether the job would write in plain text what an image holds encrypted, see {@link JobSettings#plainText()}
 */
public record JobPreview(
        JobId job,
        BlockChain before,
        BlockChain after,
        List<QmpCommand<JsonNode>> commands,
        List<BlockNode> invalidated,
        boolean plainText) {

    public JobPreview {
        commands = List.copyOf(commands);
        invalidated = List.copyOf(invalidated);
    }
}
