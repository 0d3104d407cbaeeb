Console.WriteLine("tripod");
