// In: nothing. Out: the words of the form that makes and changes a channel.

export const channelFormText = {
  severities: {
    critical: "Critical",
    warning: "Warning",
    info: "Info",
    major: "Major",
    minor: "Minor",
  } as Record<string, string>,
};
